"""The Huidu driver over real TCP to the simulated card, with all that a card can do wrong."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime

import pytest
from PIL import Image

from drivers import sign_registry
from drivers.content_board import huidu
from drivers.content_board.huidu import PROGRAM, HuiduSign
from drivers.content_board.huidu_link import HuiduLink, UploadAbandonedError
from drivers.content_board.sign import SignPicture
from drivers.errors import (
    DeviceFault,
    DeviceProtocolError,
    DeviceTimeout,
    DeviceUnreachable,
    DriverError,
    UnsupportedFeature,
)
from drivers.frame_sink import PortReport
from drivers.led.sign_search import report_huidu
from drivers.profile.model import HuiduSpec
from drivers.sim.sim_huidu import SimHuidu
from tests.harness.huidu_card import SIGN, HuiduCard, huidu_card

__all__ = ["huidu_card"]
SHORT_S, LONG_S = 0.3, 60.0
NOON = datetime(2026, 11, 30, 5, 0, tzinfo=UTC)


def picture(colour: str) -> SignPicture:
    out = io.BytesIO()
    image = Image.effect_noise(SIGN, 90).convert("RGB")  # so that it has some bytes
    image.paste(colour, (0, 0, SIGN[0], 8))
    if colour == "black":
        image = Image.new("RGB", SIGN)
    image.save(out, "PNG")
    md5 = hashlib.md5(out.getvalue(), usedforsecurity=False).hexdigest()
    return SignPicture(f"tramtin-{md5[:16]}.png", out.getvalue(), md5, SIGN, colour == "black")


def pixels(one: SignPicture) -> bytes:
    with Image.open(io.BytesIO(one.png)) as file:
        return file.convert("RGB").tobytes()


def sign_at(card: HuiduCard, timeout_s: float = LONG_S, **spec: object) -> HuiduSign:
    link = HuiduLink("sign", card.address, HuiduSpec(**spec), timeout_s)  # type: ignore[arg-type]  # keys of the spec
    return HuiduSign("sign", link, (1, 100), lambda: NOON)


def never() -> bool:
    return False


def break_with(card: HuiduCard, fault: str | None) -> None:
    def change(sim: SimHuidu) -> None:
        sim.fault = fault

    card.act(change)


def test_a_picture_is_shown_and_another_one_after_it(huidu_card: HuiduCard) -> None:
    sign = sign_at(huidu_card, packet_bytes=512)
    for colour in ("red", "blue"):
        want = picture(colour)
        sign.show(want, never)
        assert huidu_card.shown() == pixels(want)
        assert huidu_card.card.programs == [(PROGRAM, want.file)]
    assert huidu_card.card.local_time == "2026-11-30 12:00:00"
    sign.close()


def test_black_closes_the_screen_and_leaves_a_black_programme(huidu_card: HuiduCard) -> None:
    sign = sign_at(huidu_card)
    sign.show(picture("red"), never)
    sign.show(picture("black"), never)
    assert not any(huidu_card.shown())
    assert not huidu_card.card.is_open
    huidu_card.act(lambda card: setattr(card, "is_open", True))  # somebody opens it
    assert not any(huidu_card.shown())
    sign.show(picture("red"), never)
    assert any(huidu_card.shown())
    sign.close()


def test_a_picture_that_the_sign_holds_is_not_sent_again(huidu_card: HuiduCard) -> None:
    sign, red, blue = sign_at(huidu_card), picture("red"), picture("blue")
    for one in (red, blue, red, blue):
        sign.show(one, never)
    assert huidu_card.card.taken_bytes == len(red.png) + len(blue.png)
    sign.close()


def test_an_upload_that_broke_off_goes_on_from_where_it_ended(huidu_card: HuiduCard) -> None:
    want, asked = picture("red"), iter([False, False, True])
    sign = sign_at(huidu_card, packet_bytes=512)
    with pytest.raises(UploadAbandonedError):
        sign.show(want, lambda: next(asked))
    assert huidu_card.card.taken_bytes == 3 * 508
    sign.close()
    sign = sign_at(huidu_card, packet_bytes=512)
    sign.show(want, never)
    assert huidu_card.card.taken_bytes == len(want.png)
    assert huidu_card.shown() == pixels(want)
    sign.close()


def test_what_somebody_else_puts_on_the_sign_is_seen_and_replaced(huidu_card: HuiduCard) -> None:
    sign, want = sign_at(huidu_card), picture("red")
    sign.show(want, never)
    assert sign.check() == ""
    huidu_card.act(SimHuidu.add_foreign)
    assert sign.check().startswith("E_FOREIGN: its list has {foreign} slogan.png")
    assert huidu_card.shown() == pixels(want)
    assert sign.check() == ""
    sign.close()


def test_a_sign_that_keeps_what_is_foreign_is_turned_black(huidu_card: HuiduCard) -> None:
    sign = sign_at(huidu_card)
    sign.show(picture("red"), never)

    def swap(card: SimHuidu) -> None:
        card.add_foreign()
        card.keeps_programs = True

    huidu_card.act(swap)
    with pytest.raises(DeviceFault, match=r"E_FOREIGN: its list has .*slogan.png.*; black"):
        sign.check()
    assert not any(huidu_card.shown())
    sign.close()


def test_a_sign_that_reports_success_and_shows_something_else_is_a_fault(
    huidu_card: HuiduCard,
) -> None:
    huidu_card.act(SimHuidu.add_foreign)
    break_with(huidu_card, "liar")
    sign = sign_at(huidu_card)
    with pytest.raises(DeviceFault, match=r"E_FOREIGN: its list has \{foreign\} slogan\.png"):
        sign.show(picture("red"), never)
    sign.close()


def test_brightness_is_kept_against_a_plan_of_somebody_else(huidu_card: HuiduCard) -> None:
    sign = sign_at(huidu_card)
    sign.set_brightness(40)
    assert huidu_card.card.luminance_pct == 40
    huidu_card.act(lambda card: setattr(card, "luminance_pct", 100))
    sign.check()
    assert huidu_card.card.luminance_pct == 40
    sign.set_brightness(0)  # a card has no 0
    assert huidu_card.card.luminance_pct == 1
    sign.close()


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        ("silent", DeviceTimeout, "no answer in 0.3 s"),
        ("half", DeviceTimeout, "no answer in 0.3 s"),
        ("refuses", DeviceFault, "the card says kSystemError"),
        ("other", DeviceProtocolError, "an answer of another session"),
        ("full", DeviceFault, "E_UPLOAD: the card says kNotSpaceToSave"),
        ("stuck", DeviceFault, "the card says kSystemError"),
    ],
)
def test_what_a_card_does_wrong_is_named_and_over_when_it_ends(
    huidu_card: HuiduCard, fault: str, kind: type[DriverError], says: str
) -> None:
    limit_s = SHORT_S if kind is DeviceTimeout else LONG_S
    sign, want = sign_at(huidu_card, limit_s), picture("red")
    break_with(huidu_card, fault)
    with pytest.raises(kind, match=says):
        sign.show(want, never)
    break_with(huidu_card, None)
    sign.close()
    sign = sign_at(huidu_card)
    sign.show(want, never)
    assert huidu_card.shown() == pixels(want)
    sign.close()


def test_a_sign_of_another_size_is_refused_by_name(huidu_card: HuiduCard) -> None:
    sign, red = sign_at(huidu_card), picture("red")
    other = SignPicture(red.file, red.png, red.md5_hex, (128, 64), is_black=False)
    with pytest.raises(DeviceFault, match="E_SIZE: the sign has 64x32, the settings 128x64"):
        sign.show(other, never)
    sign.close()


def test_a_card_without_the_newer_requests_is_shown_all_the_same(huidu_card: HuiduCard) -> None:
    huidu_card.card.unknown = {"GetCurrentPlayProgramGUID", "SetSwitchTime", "GetFiles"}
    sign, want = sign_at(huidu_card), picture("red")
    sign.show(want, never)
    assert sign.check() == ""
    assert huidu_card.shown() == pixels(want)
    sign.close()


def test_a_card_that_only_knows_to_add_gets_its_programme_anew(huidu_card: HuiduCard) -> None:
    huidu_card.card.refused = {"UpdateProgram"}
    sign = sign_at(huidu_card)
    for colour in ("red", "blue"):
        want = picture(colour)
        sign.show(want, never)
        assert huidu_card.shown() == pixels(want)
    sign.close()


def test_nobody_at_the_address_is_said(huidu_card: HuiduCard) -> None:
    sign = sign_at(huidu_card)
    huidu_card.lines._listener.close()
    with pytest.raises(DeviceUnreachable, match="E_NO_HOST"):
        sign.show(picture("red"), never)


def test_a_card_says_that_it_is_there(huidu_card: HuiduCard) -> None:
    found = report_huidu(huidu_card.path, HuiduSpec(), others=(), wait_s=LONG_S)
    assert found == PortReport(huidu_card.path, "A3-0001")


def test_a_card_is_found_where_there_is_no_way_to_everybody(huidu_card: HuiduCard) -> None:
    nowhere = "no address"  # fails as a broadcast does without a default route
    found = report_huidu(huidu_card.path, HuiduSpec(), others=(nowhere,), wait_s=LONG_S)
    assert not found.fault


def test_where_no_card_answers_those_that_do_are_named(huidu_card: HuiduCard) -> None:
    path = f"127.0.0.3:{huidu_card.address[1]}"
    found = report_huidu(path, HuiduSpec(), others=("127.0.0.1",), wait_s=0.5)
    assert found.fault.startswith(f"E_NO_HOST: no card answers at {path}")


def test_a_request_that_the_card_does_not_know_is_no_fault_of_the_card(
    huidu_card: HuiduCard,
) -> None:
    link = HuiduLink("sign", huidu_card.address, HuiduSpec(), LONG_S)
    link.open()
    with pytest.raises(UnsupportedFeature, match="does not know"):
        link.ask("GetWeather")
    link.close()


KNOWN = ("88888888", "12345678")


@pytest.mark.parametrize(
    ("hotspot", "says"),
    [
        (("A3-0001", "88888888"), "has a password that everybody knows"),
        (("A3-0001", ""), "has no password"),
        (("A3-0001", "mot-cau-dai-cua-xa"), ""),
        (None, ""),
    ],
)
def test_a_network_of_the_cards_own_that_anybody_may_enter_is_said_and_nothing_is_changed(
    huidu_card: HuiduCard, hotspot: tuple[str, str] | None, says: str
) -> None:
    huidu_card.act(lambda card: setattr(card, "hotspot", hotspot))
    link = HuiduLink("sign", huidu_card.address, HuiduSpec(), LONG_S)
    sign = HuiduSign("sign", link, (1, 100), lambda: NOON, KNOWN)
    sign.show(picture("red"), never)
    assert sign.weakness.startswith("E_PASSWORD: its own Wi-Fi 'A3-0001'") == bool(says)
    assert says in sign.weakness
    assert not any(known in sign.weakness for known in KNOWN)
    assert "SetWifiInfo" not in huidu_card.card.asked
    sign.close()


def test_a_card_that_does_not_tell_of_wifi_shows_its_picture_all_the_same(
    huidu_card: HuiduCard,
) -> None:
    huidu_card.act(lambda card: card.unknown.add("GetWifiInfo"))
    sign = sign_at(huidu_card)
    sign.show(picture("red"), never)
    assert (sign.weakness, huidu_card.shown()) == ("", pixels(picture_shown(huidu_card)))
    sign.close()


def picture_shown(card: HuiduCard) -> SignPicture:
    name = card.card.programs[0][1]
    return SignPicture(name, card.card.files[name], "", SIGN, is_black=False)


def test_a_network_that_was_reset_is_seen_within_the_hour(huidu_card: HuiduCard) -> None:
    link = HuiduLink("sign", huidu_card.address, HuiduSpec(), LONG_S)
    sign = HuiduSign("sign", link, (1, 100), lambda: NOON, KNOWN)
    assert sign.check() == ""
    huidu_card.act(lambda card: setattr(card, "hotspot", ("A3-0001", "12345678")))
    for _ in range(huidu.CHECKS_OF_WIFI - 2):
        sign.check()
    assert sign.weakness == ""
    sign.check()
    assert sign.weakness.startswith("E_PASSWORD")
    sign.close()


def test_doctor_asks_a_sign_and_changes_nothing_on_it(huidu_card: HuiduCard) -> None:
    huidu_card.act(lambda card: setattr(card, "hotspot", ("A3-0001", "88888888")))
    found = sign_registry.report_sign("huidu-sdk-2-0", huidu_card.path)
    assert found is not None
    assert found.shown == f"A3 A3-0001 app 2.2.4, fpga 7.1, kernel 4.4, {SIGN[0]}x{SIGN[1]} px"
    assert found.fault.startswith("E_PASSWORD")
    assert {name for name in huidu_card.card.asked if not name.startswith("Get")} == set()
