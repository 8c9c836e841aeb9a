"""Every emergency in force, and how it stands on each output of this box.

What keeps an emergency off an output is found out here, and by nobody else: the page shows it, and
`alarm_watch` makes an issue and a record of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from agent.clock import Now
from agent.contract.priority import Level
from agent.plan.emergency import ActiveEmergency
from agent.plan.occurrence import Medium as Sense
from agent.plan.silence import ActiveSilence
from agent.play.board.board_output import PictureOutput
from agent.play.item import Item
from agent.play.sound.session_stack import Lineup
from agent.play.sound.sound_output import SoundOutput

Standing = Literal[
    "on", "told", "waiting", "nothing", "key", "order", "process", "lines", "failed", "late"
]
# It is not heard or seen, and should be.
SILENT: frozenset[Standing] = frozenset({"key", "order", "process", "lines", "failed", "late"})
Outputs = Mapping[str, SoundOutput | PictureOutput]


class Programme(Protocol):
    """See `programme.Programme`."""

    def alarms(self, now: Now, sense: Sense) -> list[ActiveEmergency]:
        """What is in force for one sense, whatever keeps it off."""

    def silence(self, now: Now) -> ActiveSilence | None:
        """The strongest silence that was ordered by a document, if any."""

    def is_locked(self) -> bool:
        """Does the key on the box keep everything silent and black?"""


class Rundown(Protocol):
    """See `programme.SoundRundown`."""

    def item_of(self, active: ActiveEmergency) -> Item | None:
        """The emergency as this output tells or shows it; None when there is nothing for it."""


WordState = Literal["now", "heard", "here", "missing", "failed", "none"]


@dataclass(frozen=True)
class Words:
    """One language on a loudspeaker output.

    `state`: its words are read `now`, were `heard`, are `here` and not yet read, are `missing` on
    this box, have `failed` to play, or there are `none`: nobody recorded any.
    """

    lang: str
    state: WordState


@dataclass(frozen=True)
class OutputState:
    """How one emergency stands on one output.

    Args:
        output: its name.
        is_board: is it seen there, and not heard?
        item: as the output has it; None when there is nothing for it.
        standing: `on` it is heard or seen; `told` to its end; `waiting` for another emergency;
            `nothing` to tell; kept off by the silence `key` or a silence `order`; the output's
            `process` is away; no loudspeaker `lines` are on; it `failed`; or it comes `late`.
        is_open: the output is at it, and will write its record.
        words: what of each language is heard.
    """

    output: str
    is_board: bool
    item: Item | None
    standing: Standing
    is_open: bool = False
    words: tuple[Words, ...] = ()


@dataclass(frozen=True)
class AlarmState:
    """One emergency in force."""

    active: ActiveEmergency
    outputs: tuple[OutputState, ...]


def list_alarms(
    programme: Programme, rundowns: Mapping[str, Rundown], outputs: Outputs, now: Now
) -> list[AlarmState]:
    """All emergencies in force, highest first."""
    states: list[AlarmState] = []
    for active in _in_force(programme, now):
        stop = _find_stop(programme, now)
        one = (
            _judge(outputs[name], rundown.item_of(active), stop)
            for name, rundown in rundowns.items()
        )
        states.append(AlarmState(active, tuple(one)))
    return states


def _in_force(programme: Programme, now: Now) -> Iterator[ActiveEmergency]:
    known: set[tuple[str, object]] = set()
    senses: tuple[Sense, Sense] = ("sound", "picture")
    for active in (one for sense in senses for one in programme.alarms(now, sense)):
        name = (active.document.doc_id, active.press)
        if name not in known:
            known.add(name)
            yield active


def _find_stop(programme: Programme, now: Now) -> Standing | None:
    if programme.is_locked():
        return "key"
    order = programme.silence(now)
    return "order" if order is not None and order.stops_emergency else None


def _judge(
    output: SoundOutput | PictureOutput, item: Item | None, stop: Standing | None
) -> OutputState:
    is_board = isinstance(output, PictureOutput)
    if item is None:
        return OutputState(output.name, is_board, None, "nothing")
    standing = stop or _stand(output, item)
    if isinstance(output, PictureOutput):
        return OutputState(output.name, is_board, item, standing)
    is_open, words = output.lineup.is_open(item.key), tuple(_list_words(output.lineup, item))
    return OutputState(output.name, is_board, item, standing, is_open, words)


def _list_words(lineup: Lineup, item: Item) -> Iterator[Words]:
    heard, reading = lineup.words_heard(item.key), lineup.reading(item.key)
    failed = lineup.words_failed(item.key)
    for index, body in enumerate(item.bodies):
        state: WordState = "here" if body.is_here else "missing"
        if index == reading:
            state = "now"
        elif index in heard:
            state = "heard"
        elif not body.clips:
            state = "none"
        elif body.is_here and (index in failed or lineup.is_done(item.key)):
            state = "failed"
        yield Words(body.lang, state)


def _stand(output: SoundOutput | PictureOutput, item: Item) -> Standing:
    on_air = output.on_air
    if on_air is not None and on_air.key == item.key:
        return "on"
    if isinstance(output, SoundOutput) and output.lineup.is_done(item.key):
        return "told" if output.lineup.was_heard(item.key) else "failed"
    if isinstance(output, PictureOutput) and output.has_failed(item):
        return "failed"
    if on_air is not None and on_air.level >= Level.EMERGENCY:
        return "waiting"
    if not output.is_ready:
        return "process"
    lines = output.lines.values() if isinstance(output, SoundOutput) else ()
    return "lines" if lines and all(line.state == "fault" for line in lines) else "late"
