"""What reports say of each output: a board whose faces go different ways is reported by face."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from agent.clock import Now
from agent.contract.report import Why
from agent.play.item import Item
from agent.play.sound.sound_output import SoundOutput

if TYPE_CHECKING:  # loads only where the settings name a board
    from agent.play.board.board_output import BoardOutput

Outputs = Mapping[str, "SoundOutput | BoardOutput"]


class UpcomingItems(Protocol):
    """See `playout.output_schedule.SoundSchedule`."""

    @property
    def faces(self) -> Mapping[str, UpcomingItems]:
        """The parts of its faces, by name; empty where there is one face, or none."""

    def upcoming(self, now: Now) -> Item | None:
        """The next item to start."""

    def explain(self, now: Now, on_air: Item | None) -> Why:
        """Why the output plays what it does."""

    def lacking(self, now: Now, ahead: timedelta) -> list[Item]:
        """Items that start within `ahead` and lack a medium, soonest first."""


@dataclass(frozen=True)
class OutputLane:
    """An output, or one face of it.

    Args:
        name: of the output; `output/face` for a face.
        output: it, or the board of the face.
        on_air: what is on there.
        upcoming: the next of the schedule there.
        rundown: its part of the schedule.
    """

    name: str
    output: SoundOutput | BoardOutput
    on_air: Item | None
    upcoming: Item | None
    rundown: UpcomingItems


def list_lanes(
    outputs: Outputs, rundowns: Mapping[str, UpcomingItems], now: Now
) -> Iterator[OutputLane]:
    """The outputs; in place of a board its faces, where they show or will show different items."""
    for name, rundown in rundowns.items():
        output = outputs[name]
        faces = list(_list_faces(output, rundown, now)) if rundown.faces else []
        if len({(_key(one.on_air), _key(one.upcoming)) for one in faces}) > 1:
            yield from faces
        else:
            yield OutputLane(name, output, output.on_air, rundown.upcoming(now), rundown)


def _list_faces(
    output: SoundOutput | BoardOutput, rundown: UpcomingItems, now: Now
) -> Iterator[OutputLane]:
    if not isinstance(output, SoundOutput):
        for face, part in rundown.faces.items():
            on_air = output.lanes[face].on_air
            name = f"{output.name}/{face}"
            yield OutputLane(name, output, on_air, part.upcoming(now), part)


def _key(item: Item | None) -> str | None:
    return None if item is None else item.key
