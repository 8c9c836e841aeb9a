"""The plays that sound now, what was found about each, and the proof record after its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Protocol

from agent.contract.proof import PROOF_KIND, build_detail
from agent.contract.report import Play, Record, RecordKind
from agent.signals import Signal
from agent.verifier.play_evidence import Look, PlayEvidence

SetIssue = Callable[[str, str, str | None], None]
Detail = dict[str, str | int | float | bool | list[str] | None]
NOT_HEARD = "not_heard"
SILENT_LOOKS = 5  # in a row, one a second: an issue while it still plays


class RecordLog(Protocol):
    """What the proofs need of the journal."""

    async def open_play(self, play: Play) -> int:
        """Store durably that sound has begun."""

    async def close_play(self, key: int, play: Play) -> Record | None:
        """Turn an open play into a record."""

    async def append(
        self, kind: RecordKind, *, play: Play | None = None, detail: Detail | None = None
    ) -> Record | None:
        """Write one record."""


class PlayProofs:
    """What was found about the plays that sound now.

    Args:
        journal: takes the proof records.
        set_issue: begins or ends `not_heard`.

    Attributes:
        began: emitted with a play that sounds from now on.
        ended: emitted with a play that is over.
    """

    def __init__(self, journal: RecordLog, set_issue: SetIssue) -> None:
        self.began = Signal[[Play]]()
        self.ended = Signal[[Play]]()
        self._journal = journal
        self._set_issue = set_issue
        self._plays: dict[tuple[str, int], PlayEvidence] = {}
        self._silent: Counter[str] = Counter()

    def begin(self, key: int, play: Play) -> None:
        """A play sounds from now on."""
        self._plays[play.output, key] = PlayEvidence(play.output, frozenset(play.zones))
        self.began.emit(play)

    def end(self, key: int, play: Play) -> PlayEvidence | None:
        """A play is over: what was found about it."""
        evidence = self._plays.pop((play.output, key), None)
        if evidence is not None:
            self.ended.emit(play)
        return evidence

    async def record(self, evidence: PlayEvidence, play: Play, record: Record) -> None:
        """Record the verdict on a play after its own record, if anything was found."""
        proof = evidence.judge(record.epoch, record.seq, play.proof)
        if proof is not None:
            await self._journal.append(PROOF_KIND, detail=build_detail(proof))

    def is_sounding(self, zone: str) -> bool:
        """Does a play sound on this zone?"""
        return any(zone in play.zones for play in self._plays.values())

    def add(self, look: Look) -> None:
        """Count a look for the plays that it concerns."""
        for play in self._plays.values():
            play.add(look)
        if look.method in ("line", "microphone"):
            self._follow(look)

    def _follow(self, look: Look) -> None:
        """Begin an issue while a silent play still lasts; end it when sound is found again."""
        if look.is_found:
            self._silent[look.where] = 0
            self._set_issue(NOT_HEARD, look.where, None)
            return
        self._silent[look.where] += 1
        if self._silent[look.where] >= SILENT_LOOKS:
            self._set_issue(NOT_HEARD, look.where, f"{look.method}: correlation {look.value:.2f}")


class ProofLog:
    """The journal of one output: each play on it is proved while it sounds.

    Args:
        journal: the box's.
        proofs: of the box.
    """

    def __init__(self, journal: RecordLog, proofs: PlayProofs) -> None:
        self._journal = journal
        self._proofs = proofs

    async def open_play(self, play: Play) -> int:
        """See `PlayLog.open_play`."""
        key = await self._journal.open_play(play)
        self._proofs.begin(key, play)
        return key

    async def close_play(self, key: int, play: Play) -> Record | None:
        """See `PlayLog.close_play`; the proof's record follows that of the play.

        A play whose record waits for the disk has no key yet and stays without a proof.
        """
        evidence = self._proofs.end(key, play)  # before any wait: its microphone must close
        record = await self._journal.close_play(key, play)
        if evidence is not None and record is not None:
            await self._proofs.record(evidence, play, record)
        return record

    async def append(
        self, kind: RecordKind, *, play: Play | None = None, detail: Detail | None = None
    ) -> Record | None:
        """See `PlayLog.append`."""
        return await self._journal.append(kind, play=play, detail=detail)
