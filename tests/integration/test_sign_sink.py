"""A sign that stores what it shows, behind the real board process and its courier."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator

import pytest

from agent.contract.scene import Element, Scene
from agent.play import ipc
from agent.play.board.board_config import board_argv
from agent.play.board.sink_opening import COURIER_ARGV
from agent.play.ipc import BoardBeat, BoardReady, Brightness, Shown, ShowScene
from drivers.content_board.huidu import PROGRAM
from drivers.errors import DeviceUnreachable, UnsupportedFeature
from drivers.frame_sink import FacePlace, Frame
from drivers.led import sign_sink
from drivers.led.sign_sink import SignSink
from drivers.profile.load import load_profile
from drivers.profile.model import BoardProfile
from drivers.sim.sim_huidu import SimHuidu
from tests.harness.board_harness import STATION, Child, Start, start
from tests.harness.huidu_card import SIGN, HuiduCard, huidu_card

__all__ = ["huidu_card", "start"]
PATIENCE_S = 60.0
FACE = {"cong": FacePlace(width_px=SIGN[0], height_px=SIGN[1])}
WHITE = b"\xff" * (SIGN[0] * SIGN[1] * 3)


def profile() -> BoardProfile:
    found = load_profile("huidu-sdk-2-0")
    assert isinstance(found, BoardProfile)
    return found


def until(condition: Callable[[], bool]) -> None:
    limit_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < limit_s
        time.sleep(0.02)


@pytest.fixture
def sink(huidu_card: HuiduCard, monkeypatch: pytest.MonkeyPatch) -> Iterator[SignSink]:
    monkeypatch.setattr(sign_sink, "CONFIRM_S", PATIENCE_S)
    opened = SignSink(huidu_card.path, profile())
    opened.courier_argv = COURIER_ARGV
    opened.open(FACE)
    yield opened
    opened.close()


def test_a_frame_is_confirmed_by_the_sign_and_black_is_left_behind(
    huidu_card: HuiduCard, sink: SignSink
) -> None:
    assert not huidu_card.card.is_open
    sink.set_brightness(40)
    sink.present({"cong": Frame(WHITE)})
    assert huidu_card.card.luminance_pct == 40
    assert huidu_card.shown() == bytes([102]) * len(WHITE)  # 40 % of 255
    assert sink.find_faults() == {}
    sink.close()
    assert not any(huidu_card.shown())


def test_a_frame_that_is_shown_already_costs_nothing(huidu_card: HuiduCard, sink: SignSink) -> None:
    sink.present({"cong": Frame(WHITE)})
    taken, file = huidu_card.card.taken_bytes, sink._file
    sink.present({"cong": Frame(WHITE)})
    assert (huidu_card.card.taken_bytes, sink._file) == (taken, file)


def test_a_sign_that_refuses_is_a_fault_until_it_takes_the_picture(
    huidu_card: HuiduCard, sink: SignSink
) -> None:
    huidu_card.act(lambda card: setattr(card, "fault", "full"))
    sink.present({"cong": Frame(WHITE)})
    assert sink.find_faults()["cong"].startswith("E_UPLOAD: the card says kNotSpaceToSave")
    huidu_card.act(lambda card: setattr(card, "fault", None))
    until(lambda: huidu_card.shown() == WHITE)
    until(lambda: sink.find_faults() == {})


def test_a_courier_that_dies_ends_the_board(huidu_card: HuiduCard, sink: SignSink) -> None:
    del huidu_card
    sink._courier.kill()
    sink._courier.wait()
    with pytest.raises(DeviceUnreachable, match="courier"):
        sink.find_faults()


def test_more_pixels_than_the_sign_takes_are_refused() -> None:
    with pytest.raises(UnsupportedFeature, match="E_SIZE"):
        SignSink("192.0.2.1", profile()).open({"f": FacePlace(width_px=2000, height_px=2000)})


def board(start: Start, card: HuiduCard) -> Child:
    child = start(argv=board_argv(STATION, "huidu-sdk-2-0", card.path, FACE))
    assert isinstance(child.next(), BoardReady)
    return child


def scene(*elements: Element) -> Scene:
    white = Element("text", [0, 0, 1000, 1000], text="x", colour="#ffffff", background="#ffffff")
    return Scene([white, *elements], 60_000)


def show(child: Child, shown: Scene) -> ipc.BoardEvent | None:
    child.tell(ShowScene("s1", shown, ["cong"], {}, time.monotonic() + 3600))
    return child.next()


def test_the_confined_board_process_shows_a_scene_and_sees_what_is_foreign(
    huidu_card: HuiduCard, start: Start
) -> None:
    child = board(start, huidu_card)
    assert isinstance(show(child, scene()), Shown)
    until(lambda: huidu_card.shown() == WHITE)
    huidu_card.act(SimHuidu.add_foreign)
    child.tell(Brightness(100))  # the next check is now, not in ten seconds
    while not (
        isinstance(event := child.hear(), BoardBeat)
        and event.signs["cong"].foreign
        and event.signs["cong"].program
        and event.faults == {}  # its own picture is back: what the face shows goes on
    ):
        pass
    assert event.signs["cong"].foreign.startswith("E_FOREIGN: its list has {foreign} slogan.png")
    until(lambda: huidu_card.shown() == WHITE)
    assert event.signs["cong"].program == f"{PROGRAM} {huidu_card.card.programs[0][1]}"


def test_a_board_process_that_is_killed_leaves_the_sign_black(
    huidu_card: HuiduCard, start: Start
) -> None:
    child = board(start, huidu_card)
    show(child, scene())
    until(lambda: huidu_card.shown() == WHITE)
    child.process.send_signal(signal.SIGKILL)
    until(lambda: not any(huidu_card.shown()))


def test_text_that_runs_stands_on_a_sign(huidu_card: HuiduCard, start: Start) -> None:
    child = board(start, huidu_card)
    ticker = Element("text", [0, 0, 1000, 1000], text="x", background="#ffffff", ticker_ms=6000)
    assert isinstance(show(child, scene(ticker)), Shown)
    until(lambda: any(huidu_card.shown()))
    beats = [event for _ in range(3) if isinstance(event := child.hear(), BoardBeat)]
    assert {beat.frames for beat in beats} == {beats[0].frames}  # nothing moves


def test_a_network_of_the_cards_own_with_a_known_password_reaches_the_agent_while_all_is_shown(
    huidu_card: HuiduCard, start: Start
) -> None:
    huidu_card.act(lambda card: setattr(card, "hotspot", ("A3-0001", "88888888")))
    child = board(start, huidu_card)
    assert isinstance(show(child, scene()), Shown)
    while not (isinstance(event := child.hear(), BoardBeat) and event.signs["cong"].weakness):
        pass
    said = event.signs["cong"].weakness
    assert said == "E_PASSWORD: its own Wi-Fi 'A3-0001' has a password that everybody knows"
    assert event.faults == {}
    until(lambda: huidu_card.shown() == WHITE)
