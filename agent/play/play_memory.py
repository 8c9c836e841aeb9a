"""Which plays of the schedule one output has had: no step of the clock or restart plays one twice.

A play is known by its document, its entry and its written moment. The journal knows them across a
restart; in memory the newest stay, whatever the clock says meanwhile: a clock that has been days
ahead would else forget what was heard this morning.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from agent.contract.report import Play
from agent.contract.utc import parse_utc

REMEMBERED = 4096  # months of an ordinary programme, and about a third of a MiB
CLOCK_STEP = "clock_step"  # the reason of what the clock was set past, or away from
PREEMPTED = "preempted"  # the reason of what a higher level cut, or kept off until its end
# A play that was cut for one of these reasons goes on when the box can.
_GOES_ON = (
    "restart", "shutdown", "engine_lost", PREEMPTED, "silenced", "silence_key",
    "local_mute", "lockout", "door_open", "muted", CLOCK_STEP,
)  # fmt: skip


class KeyMemory:
    """The keys that were added last.

    Args:
        keys: the first ones, oldest first.
    """

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._keys: dict[str, None] = {}
        for key in keys:
            self.add(key)

    def add(self, key: str) -> None:
        """Add a key; the oldest gives way."""
        self._keys.pop(key, None)
        self._keys[key] = None
        if len(self._keys) > REMEMBERED:
            del self._keys[next(iter(self._keys))]

    def discard(self, key: str) -> None:
        """Remove a key, if it is there."""
        self._keys.pop(key, None)

    def __contains__(self, key: object) -> bool:
        """Was it added?"""
        return key in self._keys

    def __iter__(self) -> Iterator[str]:
        """Oldest first."""
        return iter(self._keys)

    def __len__(self) -> int:
        """How many."""
        return len(self._keys)


@dataclass(frozen=True)
class KeyUnion:
    """The keys of several containers; nothing is copied."""

    parts: tuple[Container[str], ...]

    def __contains__(self, key: object) -> bool:
        """Has any of them the key?"""
        return any(key in one for one in self.parts)


@dataclass(frozen=True)
class PlayMemory:
    """The plays of one output.

    Args:
        finished: do not begin again.
        recorded: have at least one record.
        passed: have none but of a skip, because their time passed; if it comes again, they begin.
        preempted: a higher level cut them in a former run; what is dropped then is finished.
        alive_at: when a former run of the agent was last alive, by the clock of that time; None:
            there was none.
    """

    finished: KeyMemory = field(default_factory=KeyMemory)
    recorded: KeyMemory = field(default_factory=KeyMemory)
    passed: KeyMemory = field(default_factory=KeyMemory)
    preempted: KeyMemory = field(default_factory=KeyMemory)
    alive_at: datetime | None = None

    def finish(self, key: str) -> None:
        """A play has ended for good, or will not begin."""
        self.finished.add(key)
        self.recorded.add(key)

    def begin(self, key: str) -> None:
        """A play sounds, and will have a record."""
        self.recorded.add(key)
        self.passed.discard(key)

    def skip(self, key: str) -> None:
        """A play whose time passed is on record; nothing of it was heard, unless that is too."""
        if key not in self.recorded:
            self.passed.add(key)
        self.recorded.add(key)

    def has_missed(self, key: str) -> bool:
        """Was a play heard in part, or reported while its time was there?"""
        return key in self.recorded and key not in self.passed

    def is_recorded_on(self, face: str, key: str) -> bool:
        """Has a play a record for this face of a board, or for the whole of it?"""
        return face_key(face, key) in self.recorded or key in self.recorded


def face_key(face: str, key: str) -> str:
    """A play as one face of a board has it."""
    return f"{face} {key}"


def build_memories(
    outputs: Iterable[str], plays: Iterable[Play], alive_at: datetime | None
) -> dict[str, PlayMemory]:
    """What each output remembers of a former run, by its name.

    Args:
        outputs: their names.
        plays: recorded ones, oldest first.
        alive_at: see `PlayMemory`.
    """
    memories = {name: PlayMemory(alive_at=alive_at) for name in outputs}
    for play in plays:
        memory = memories.get(play.output)
        if memory is None:
            continue
        if play.medium == "picture" and play.zones:
            for face in play.zones:
                memory.recorded.add(face_key(face, _key_of(play)))
        elif is_final(play):
            memory.finish(_key_of(play))
        elif play.result == "skipped":
            memory.skip(_key_of(play))
        else:
            memory.begin(_key_of(play))
            if play.result == "cut" and play.reason == PREEMPTED:
                memory.preempted.add(_key_of(play))
    return memories


def is_final(play: Play) -> bool:
    """Was a play heard as far as it will be, or given up for good?

    What was only skipped for want of something may still begin within its time.
    """
    if play.result == "skipped":
        return play.reason == PREEMPTED
    if play.result == "cut":
        reason = play.reason or ""
        is_broken = reason in _GOES_ON or reason.startswith("E_")
        return not is_broken and not (reason == "replaced" and play.relayed is not None)
    return True


def _key_of(play: Play) -> str:
    """As `Occurrence.key`."""
    written_at = parse_utc(play.written_start or play.planned_start)
    return f"{play.doc_id}/{play.entry}@{written_at.isoformat()}"
