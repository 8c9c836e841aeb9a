"""Every emergency in force, with its state on each output of this box.

Only this module finds the reason why an output does not play an emergency: the page shows it, and
`emergency_monitor` makes an issue and a record of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from agent.clock import Now
from agent.contract.priority import Level
from agent.plan.emergency import ActiveEmergency
from agent.plan.occurrence import Medium as Sense
from agent.plan.silence import ActiveSilence
from agent.plan.site_work import Work
from agent.play.item import Item
from agent.play.sound.session_stack import SessionStack
from agent.play.sound.sound_output import SoundOutput

if TYPE_CHECKING:  # loads only where the settings name a board
    from agent.play.board.board_output import BoardOutput

Standing = Literal[
    "on", "told", "waiting", "nothing", "key", "order", "lockout", "process", "lines", "failed",
    "late",
]  # fmt: skip
# The emergency is not heard or seen, and should be.
SILENT: frozenset[Standing] = frozenset(
    {"key", "order", "lockout", "process", "lines", "failed", "late"}
)
Outputs = Mapping[str, "SoundOutput | BoardOutput"]


class EmergencySource(Protocol):
    """See `playout.schedule.Schedule`."""

    def alarms(self, now: Now, sense: Sense) -> list[ActiveEmergency]:
        """The emergencies in force for one sense, also those that are silenced."""

    def silence(self, now: Now) -> ActiveSilence | None:
        """The strongest silence that a document orders, if any."""

    def is_locked(self) -> bool:
        """Does the silence key on the box keep everything silent and black?"""

    def find_work_before(self, issuer: str, *, is_exercise: bool) -> Work | None:
        """Which work at the station keeps the sound of an emergency off; None: none does."""


class ItemLookup(Protocol):
    """See `playout.output_schedule.SoundSchedule`."""

    def item_of(self, active: ActiveEmergency) -> Item | None:
        """The emergency as this output plays or shows it; None when it has nothing for it."""


WordState = Literal["now", "heard", "here", "missing", "failed", "none"]


@dataclass(frozen=True)
class LanguageState:
    """One language on a loudspeaker output.

    `state`: its words are played `now`, were `heard`, are `here` and not yet played, are `missing`
    on this box, have `failed` to play, or there are `none`: nobody recorded any.
    """

    lang: str
    state: WordState


@dataclass(frozen=True)
class OutputState:
    """The state of one emergency on one output.

    Args:
        output: its name.
        is_board: is it seen there, and not heard?
        item: the output's item; None when the output has nothing for it.
        standing: `on`, it is heard or seen; `told`, played to its end; `waiting` for another
            emergency; `nothing` to play; silenced by the silence `key`, a silence `order` or the
            station's `lockout`; the output's `process` does not run; no loudspeaker `lines` are
            on; it `failed`; or it comes `late`.
        is_open: the output plays it and will write its record.
        words: the state of each language.
    """

    output: str
    is_board: bool
    item: Item | None
    standing: Standing
    is_open: bool = False
    words: tuple[LanguageState, ...] = ()


@dataclass(frozen=True)
class EmergencyState:
    """One emergency in force."""

    active: ActiveEmergency
    outputs: tuple[OutputState, ...]


def list_alarms(
    schedule: EmergencySource, rundowns: Mapping[str, ItemLookup], outputs: Outputs, now: Now
) -> list[EmergencyState]:
    """All emergencies in force, highest first."""
    states: list[EmergencyState] = []
    for active in _in_force(schedule, now):
        stop = _find_stop(schedule, now)
        one = (
            _find_output_state(schedule, outputs[name], rundown.item_of(active), stop)
            for name, rundown in rundowns.items()
        )
        states.append(EmergencyState(active, tuple(one)))
    return states


def _in_force(schedule: EmergencySource, now: Now) -> Iterator[ActiveEmergency]:
    known: set[tuple[str, object]] = set()
    senses: tuple[Sense, Sense] = ("sound", "picture")
    for active in (one for sense in senses for one in schedule.alarms(now, sense)):
        name = (active.document.doc_id, active.press)
        if name not in known:
            known.add(name)
            yield active


def _find_stop(schedule: EmergencySource, now: Now) -> Standing | None:
    if schedule.is_locked():
        return "key"
    order = schedule.silence(now)
    return "order" if order is not None and order.stops_emergency else None


def _find_output_state(
    schedule: EmergencySource,
    output: SoundOutput | BoardOutput,
    item: Item | None,
    stop: Standing | None,
) -> OutputState:
    is_board = not isinstance(output, SoundOutput)
    if item is None:
        return OutputState(output.name, is_board, None, "nothing")
    if not is_board and stop is None and _is_locked_out(schedule, item):
        stop = "lockout"
    standing = stop or _find_standing(output, item)
    if not isinstance(output, SoundOutput):
        return OutputState(output.name, is_board, item, standing)
    is_open, words = (
        output.session_stack.is_open(item.key),
        tuple(_list_words(output.session_stack, item)),
    )
    return OutputState(output.name, is_board, item, standing, is_open, words)


def _is_locked_out(schedule: EmergencySource, item: Item) -> bool:
    return schedule.find_work_before(item.source.issuer, is_exercise=item.is_exercise) is not None


def _list_words(session_stack: SessionStack, item: Item) -> Iterator[LanguageState]:
    heard, reading = session_stack.words_heard(item.key), session_stack.reading(item.key)
    failed = session_stack.words_failed(item.key)
    for index, body in enumerate(item.bodies):
        state: WordState = "here" if body.is_here else "missing"
        if index == reading:
            state = "now"
        elif index in heard:
            state = "heard"
        elif not body.clips:
            state = "none"
        elif body.is_here and (index in failed or session_stack.is_done(item.key)):
            state = "failed"
        yield LanguageState(body.lang, state)


def _find_standing(output: SoundOutput | BoardOutput, item: Item) -> Standing:
    on_air = output.on_air
    if on_air is not None and on_air.key == item.key:
        return "on"
    if isinstance(output, SoundOutput) and output.session_stack.is_done(item.key):
        return "told" if output.session_stack.was_heard(item.key) else "failed"
    if not isinstance(output, SoundOutput) and output.has_failed(item):
        return "failed"
    if on_air is not None and on_air.level >= Level.EMERGENCY:
        return "waiting"
    if not output.is_ready:
        return "process"
    lines = output.lines.values() if isinstance(output, SoundOutput) else ()
    return "lines" if lines and all(line.state == "fault" for line in lines) else "late"
