"""The plays that sound now, what was found about each, and the proof record after its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from agent.clock import mono_s
from agent.contract.proof import (
    PICTURE_LEVELS,
    PROOF_KIND,
    PlayProof,
    ProofLevel,
    UnknownReason,
    build_detail,
)
from agent.contract.report import Play, Record, RecordKind
from agent.signals import Signal
from agent.verifier.play_evidence import Look, PlayEvidence
from agent.verifier.silence_issues import SetIssue, SilenceIssues

Detail = dict[str, str | int | float | bool | list[str] | None]
LATE_S = 900.0  # so long after its end a person may still say that a play was heard


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


@dataclass(frozen=True)
class _Ended:
    evidence: PlayEvidence
    play: Play
    record: Record
    at_mono_s: float

    def judge(self) -> PlayProof | None:
        level: ProofLevel = self.play.proof
        if self.play.medium == "picture":
            level = PICTURE_LEVELS.get(level, level)
        return self.evidence.judge(self.record.epoch, self.record.seq, level)


class PlayProofs:
    """What was found about the plays that sound now, and about the last one of each output.

    Args:
        journal: takes the proof records.
        set_issue: begins or ends `not_heard` and `not_seen`.
        zones: those of each output.
        witnesses: outputs and zones that have something that can look.
        is_lost: can what hears this output not be used?
        mono: monotonic seconds; replaced in tests.

    Attributes:
        began: emitted with a play that sounds from now on.
        ended: emitted with a play that is over.
    """

    def __init__(
        self,
        journal: RecordLog,
        set_issue: SetIssue,
        *,
        zones: Mapping[str, frozenset[str]],
        witnesses: frozenset[str],
        is_lost: Callable[[str], bool],
        mono: Callable[[], float] = mono_s,
    ) -> None:
        self.began = Signal[[Play]]()
        self.ended = Signal[[Play]]()
        self._journal = journal
        self._issues = SilenceIssues(set_issue)
        self._zones = zones
        self._witnesses = witnesses
        self._is_lost = is_lost
        self._mono = mono
        self._plays: dict[tuple[str, int], PlayEvidence] = {}
        self._last: dict[str, _Ended] = {}

    def begin(self, key: int, play: Play) -> None:
        """A play sounds from now on."""
        zones = self._zones.get(play.output, frozenset())
        evidence = PlayEvidence(play.output, zones, self._witnesses, play.medium == "picture")
        self._plays[play.output, key] = evidence
        self._issues.on_begin({play.output, *zones})
        self.began.emit(play)

    def end(self, key: int, play: Play) -> PlayEvidence | None:
        """A play is over: what was found about it."""
        evidence = self._plays.pop((play.output, key), None)
        if evidence is not None:
            evidence.zones = frozenset(play.zones)
            if self._is_lost(play.output):
                evidence.note_blind(play.output, "monitor_lost")
            if play.safe_mode:  # nothing copies what `aplay` plays
                evidence.note_blind(play.output, "safe_mode")
            self.ended.emit(play)
        return evidence

    async def record(self, evidence: PlayEvidence, play: Play, record: Record) -> None:
        """Record the verdict on a play after its own record, if anything could look."""
        ended = self._last[play.output] = _Ended(evidence, play, record, self._mono())
        proof = ended.judge()
        if proof is not None:
            self._issues.on_verdict(play.output, proof)
            await self._journal.append(PROOF_KIND, detail=build_detail(proof))

    def is_sounding(self, zone: str) -> bool:
        """Does a play sound on the output of this zone?"""
        return any(zone in play.zones for play in self._plays.values())

    def add(self, look: Look) -> None:
        """Count a look for the plays that it concerns."""
        for play in self._plays.values():
            play.add(look)
        self._issues.on_look(look)

    def note_blind(self, output: str, reason: UnknownReason) -> None:
        """What hears an output could say nothing at this moment."""
        for play in self._plays.values():
            play.note_blind(output, reason)

    async def confirm(self, zone: str | None) -> None:
        """A person says that they hear it, or heard it within the last quarter of an hour.

        Args:
            zone: whose loudspeakers; None: all.
        """
        heard = [one for one in self._plays.values() if not one.is_picture]
        sounding = [one for one in heard if zone is None or zone in one.zones]
        for evidence in sounding:
            evidence.add(_heard(evidence, zone))
        if sounding:
            return
        since_s = self._mono() - LATE_S
        for one in self._last.values():
            if one.evidence.is_picture:
                continue
            if one.at_mono_s >= since_s and (zone is None or zone in one.evidence.zones):
                one.evidence.add(_heard(one.evidence, zone))
                if (proof := one.judge()) is not None:
                    await self._journal.append(PROOF_KIND, detail=build_detail(proof))


def _heard(evidence: PlayEvidence, zone: str | None) -> Look:
    return Look("person", evidence.output if zone is None else zone, is_found=True, value=1.0)


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
