"""Walls on screens, against a card in memory; `tests/guest/test_hdmi.py` has a kernel."""

from __future__ import annotations

import struct
from typing import cast

import pytest

from drivers.errors import UnsupportedFeature
from drivers.frame_sink import FacePlace, Frame
from drivers.led import kms_ioctl
from drivers.led.hdmi_board import HdmiBoard, assign_crtcs
from drivers.led.kms_card import KmsCard
from drivers.led.slot_clock import SlotClock
from tests.fakes.fake_kms import XGA, FakeKms

BLACK, RED, GREEN = (0, 0, 0), (255, 0, 0), (0, 255, 0)
FRONT = FacePlace(
    width_px=320, height_px=160, port="HDMI-A-1", mode="1920x1080@60", x_px=100, y_px=50
)
BACK = FacePlace(width_px=64, height_px=32, port="HDMI-A-2", mode="1024x768@60")
BESIDE = FacePlace(
    width_px=320, height_px=160, port="HDMI-A-1", mode="1920x1080@60", x_px=420, y_px=50
)


def full(place: FacePlace, colour: tuple[int, int, int]) -> Frame:
    return Frame(bytes(colour) * (place.width_px * place.height_px))


def build(card: FakeKms, **faces: FacePlace) -> HdmiBoard:
    board = HdmiBoard("/dev/dri/card0")
    board._card = cast("KmsCard", card)
    board.open(faces)
    board._clock = SlotClock(board.period_s, lambda: card.now_s, lambda _: None)
    return board


@pytest.fixture
def card() -> FakeKms:
    return FakeKms()


def test_a_face_is_at_its_place_in_its_mode_and_all_else_is_black(card: FakeKms) -> None:
    board = build(card, front=FRONT)
    board.present({"front": full(FRONT, RED)})
    shown = [card.pixel("HDMI-A-1", x, y) for x, y in ((100, 50), (419, 209))]
    beside = [card.pixel("HDMI-A-1", x, y) for x, y in ((99, 50), (420, 50), (100, 49), (100, 210))]
    assert (shown, beside) == ([RED] * 2, [BLACK] * 4)
    assert card.on_crtc[1][1].width_px == 1920
    assert not card.on_crtc[1][1].is_interlaced


def test_two_faces_are_two_rectangles_of_one_picture(card: FakeKms) -> None:
    board = build(card, front=FRONT, beside=BESIDE)
    board.present({"front": full(FRONT, RED), "beside": full(BESIDE, GREEN)})
    assert (card.pixel("HDMI-A-1", 419, 60), card.pixel("HDMI-A-1", 420, 60)) == (RED, GREEN)
    assert card.flips == 1


def test_two_faces_on_two_connectors_are_told_apart_by_name_alone(card: FakeKms) -> None:
    card.connectors = dict(reversed(card.connectors.items()))
    board = build(card, front=FRONT, back=BACK)
    board.present({"front": full(FRONT, RED), "back": full(BACK, GREEN)})
    assert (card.pixel("HDMI-A-1", 100, 50), card.pixel("HDMI-A-2", 0, 0)) == (RED, GREEN)
    assert card.on_crtc[1][1] == XGA  # HDMI-A-2 can be fed by the first CRTC only


def test_rows_that_did_not_change_are_those_of_the_frame_before_in_both_pictures(
    card: FakeKms,
) -> None:
    board = build(card, front=FRONT, beside=BESIDE)
    board.present({"front": full(FRONT, RED), "beside": full(BESIDE, RED)})
    row = FRONT.width_px * 3
    pixels = bytearray(full(FRONT, RED).pixels)
    for n in range(4):  # a green line goes down; the rows that it left are red again
        pixels[:] = bytes(full(FRONT, RED).pixels)
        pixels[n * row : (n + 1) * row] = bytes(GREEN) * FRONT.width_px
        board.present({"front": Frame(bytes(pixels), (max(0, n - 1), n + 1))})
        column = [card.pixel("HDMI-A-1", 100, 50 + y) for y in range(6)]
        assert column == [GREEN if y == n else RED for y in range(6)]
        assert card.pixel("HDMI-A-1", 420, 50) == RED


def test_a_screen_sets_the_pace_and_late_frames_are_counted(card: FakeKms) -> None:
    board = build(card, front=FRONT)
    first = board.present({"front": full(FRONT, RED)})
    second = board.present({"front": full(FRONT, GREEN)}, first.slot + 1)
    assert (second.slot, second.late) == (first.slot + 1, 0)
    assert second.shown_mono_s == pytest.approx(first.shown_mono_s + 1 / 60)
    card.now_s += 2 / 60
    third = board.present({"front": full(FRONT, RED)}, second.slot + 1)
    assert (third.slot, third.late) == (second.slot + 3, 2)


def test_without_a_blanking_the_clock_sets_the_pace(card: FakeKms) -> None:
    card.has_blanking = False
    board = build(card, front=FRONT)
    first = board.present({"front": full(FRONT, RED)})
    second = board.present({"front": full(FRONT, GREEN)}, first.slot + 1)
    assert (second.slot, second.late) == (first.slot + 1, 0)


def test_a_pulled_cable_is_one_faces_fault_and_its_picture_returns_with_it(card: FakeKms) -> None:
    board = build(card, front=FRONT, back=BACK)
    board.present({"front": full(FRONT, RED), "back": full(BACK, RED)})
    card.plug("HDMI-A-1", connected=False)
    assert board.find_faults() == {"front": "E_UNPLUGGED: HDMI-A-1: no screen is connected"}
    board.present({"front": full(FRONT, GREEN), "back": full(BACK, GREEN)})
    assert card.pixel("HDMI-A-2", 0, 0) == GREEN
    before = card.set_modes
    card.plug("HDMI-A-1", connected=True)
    assert board.find_faults() == {}
    assert card.set_modes == before + 1
    assert card.pixel("HDMI-A-1", 100, 50) == GREEN
    assert board.find_faults() == {}
    assert card.set_modes == before + 1


def test_a_station_whose_screens_are_all_off_starts_and_waits_for_them(card: FakeKms) -> None:
    card.plug("HDMI-A-1", connected=False)
    board = build(card, front=FRONT)
    assert board.find_faults()["front"].startswith("E_UNPLUGGED: ")
    board.present({"front": full(FRONT, RED)})
    assert card.flips == 0
    card.plug("HDMI-A-1", connected=True)
    assert board.find_faults() == {}
    assert card.pixel("HDMI-A-1", 100, 50) == RED


@pytest.mark.parametrize(
    ("port", "mode", "fault"),
    [
        ("HDMI-A-3", "1920x1080@60", "E_CONNECTOR: no HDMI-A-3 here, only HDMI-A-1, HDMI-A-2"),
        (
            "HDMI-A-1",
            "1600x1000@60",
            "E_MODE: HDMI-A-1 has no 1600x1000@60, only 1024x768@60, 1920x1080i@60, 1920x1080@60",
        ),
    ],
)
def test_a_connector_or_mode_that_is_absent_is_named_with_those_that_are_there(
    card: FakeKms, port: str, mode: str, fault: str
) -> None:
    place = FacePlace(width_px=64, height_px=32, port=port, mode=mode)
    board = build(card, front=place, back=BACK)
    assert board.find_faults() == {"front": fault}
    board.present({"front": full(place, RED), "back": full(BACK, GREEN)})
    assert card.pixel("HDMI-A-2", 0, 0) == GREEN


def test_a_lost_screen_is_a_fault_until_it_can_be_taken_again(card: FakeKms) -> None:
    board = build(card, front=FRONT)
    card.has_master = False
    board.present({"front": full(FRONT, RED)})
    fault = "E_MASTER: HDMI-A-1: another program drives the screen"
    assert board.find_faults() == {"front": fault}
    card.has_master = True
    assert board.find_faults() == {}
    assert card.pixel("HDMI-A-1", 100, 50) == RED


def test_closing_turns_the_faces_black_and_releases_the_card(card: FakeKms) -> None:
    board = build(card, front=FRONT)
    board.present({"front": full(FRONT, RED)})
    board.close()
    assert card.pixel("HDMI-A-1", 100, 50) == BLACK
    assert not card.is_open


def test_a_face_that_is_larger_than_the_mode_is_refused_before_the_card_is_opened(
    card: FakeKms,
) -> None:
    place = FacePlace(width_px=1600, height_px=1000, port="HDMI-A-1", mode="1024x768@60")
    with pytest.raises(UnsupportedFeature, match=r"E_SIZE: front: x_px: 0 \+ 1600 is more than"):
        build(card, front=place)
    assert not card.is_open


@pytest.mark.parametrize("frames", [{"side": Frame(b"")}, {"front": Frame(b"123")}])
def test_a_wrong_face_or_length_is_a_value_error(card: FakeKms, frames: dict[str, Frame]) -> None:
    with pytest.raises(ValueError, match=r"no such face|bytes are no"):
        build(card, front=FRONT).present(frames)


@pytest.mark.parametrize(
    ("possible", "assigned"),
    [
        ({"a": [1, 2], "b": [1]}, {"a": 2, "b": 1}),
        ({"a": [1], "b": [1], "c": [2]}, {"a": 1, "c": 2}),
        ({}, {}),
    ],
)
def test_every_port_gets_a_crtc_of_its_own_where_there_is_a_way(
    possible: dict[str, list[int]], assigned: dict[str, int]
) -> None:
    assert assign_crtcs(possible) == assigned


def test_a_flip_event_is_read_as_drm_h_lays_it_out() -> None:
    # struct drm_event_vblank: type, length, user_data, tv_sec, tv_usec, sequence, crtc_id
    event = struct.pack("=IIQIIII", 2, 32, 41, 12, 500_000, 7, 41)
    other = struct.pack("=IIQIIII", 1, 32, 40, 11, 0, 6, 40)
    assert kms_ioctl.parse_flips(other + event) == {41: 12.5}
