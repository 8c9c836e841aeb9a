"""What a control card's own word means: issues, and what somebody else has changed at the card."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.control_plane import BoardReading, DisplayMode, ReceiverReading

MOST_TOLD = 4  # receiving cards by name
HOT_MARGIN_C = 5.0  # how far it must cool before the issue ends
KINDS = (
    "board_no_picture",
    "board_receiver_dead",
    "board_hot",
    "board_smoke",
    "board_on_backup",
    "board_foreign",
)


@dataclass(frozen=True, kw_only=True)
class WallWanted:
    """What the box wants of a wall; None: it does not care.

    Args:
        mode: picture, freeze or black.
        source: the input at which this box is connected.
        brightness_pct: as last commanded.
    """

    mode: DisplayMode = "normal"
    source: str | None = None
    brightness_pct: int | None = None


def find_foreign(reading: BoardReading, wanted: WallWanted) -> list[str]:
    """What differs at the card from what the box wants, in words; brightness is not looked at."""
    found = []
    if wanted.source is not None and reading.input not in (None, wanted.source):
        found.append(f"input is {reading.input}, not {wanted.source}")
    if reading.mode is not None and reading.mode != wanted.mode:
        found.append(f"mode is {reading.mode}, not {wanted.mode}")
    if reading.has_test:
        found.append("a test pattern of the card is on")
    others = [one for one in reading.receivers if one.mode not in (None, wanted.mode, reading.mode)]
    found += [
        f"mode of {_place(one)} is {one.mode}, not {wanted.mode}" for one in others[:MOST_TOLD]
    ]
    return found


def is_withheld(reading: BoardReading, wanted: WallWanted) -> bool:
    """Is another picture than ours, or none, what the wall has been given to show?"""
    is_foreign = wanted.source is not None and reading.input not in (None, wanted.source)
    return is_foreign or reading.video_present is False


def find_wall_issues(reading: BoardReading, hot_c: float, *, was_hot: bool) -> dict[str, str]:
    """Kind → hint of each fault that the card reports itself.

    Args:
        reading: the card's word.
        hot_c: temperature of a receiving card at which an issue begins.
        was_hot: is there such an issue already?
    """
    found: dict[str, str] = {}
    if reading.video_present is False:
        found["board_no_picture"] = "no signal at the card's input"
    dead = [_place(one) for one in reading.receivers if not one.is_alive]
    if dead:
        of = len(reading.receivers)
        found["board_receiver_dead"] = f"{len(dead)} of {of}: {', '.join(dead)}"
    limit_c = hot_c - HOT_MARGIN_C if was_hot else hot_c
    hot = [one for one in reading.receivers if (one.temperature_c or 0.0) >= limit_c]
    if hot:
        places = ", ".join(f"{_place(one)} {one.temperature_c:g} °C" for one in hot)
        found["board_hot"] = f"{places}; limit {hot_c:g} °C"
    smoke = [_place(one) for one in reading.receivers if one.has_smoke]
    if smoke:
        found["board_smoke"] = f"monitor card at {', '.join(smoke)}"
    if reading.backup_ports:
        ports = ", ".join(map(str, reading.backup_ports))
        found["board_on_backup"] = f"output {ports} runs as backup"
    return found


def _place(one: ReceiverReading) -> str:
    return f"{one.port}.{one.index}"
