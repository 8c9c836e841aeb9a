"""The record of one emergency on one sound output: which of its words were heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent.clock import Clock
from agent.contract.document import Medium
from agent.contract.volume import FULL_VOLUME, Volume
from agent.play.ipc import RATE_HZ, Ended
from agent.play.item import Item, PlayLog, WordsForm
from agent.play.play_moments import PlayMoments
from agent.play.play_record import Outcome, PlayRecord, PlayResult
from agent.play.sound.continuity import UNDERRUNS, Continuity
from agent.play.sound.line_claim import LineClaim
from speech.reading import Reading


class EmergencyRecord:
    """One play of an emergency, from its first sample to its closed record.

    Args:
        output: the output's name.
        item: the emergency.
        claim: the lines on which it sounds.
        log: the journal.
        clock: the only source of time.
        volume: at which it sounds.

    Attributes:
        played_ms: how much sound was heard.
        underruns: how often the sound ran dry.
        reading: the body whose words sound now.
        heard: the bodies whose words were heard to their end.
        ended_mono_s: when the last segment ended; 0 before one has.
    """

    def __init__(
        self,
        output: str,
        item: Item,
        claim: LineClaim,
        *,
        log: PlayLog,
        clock: Clock,
        volume: Volume = FULL_VOLUME,
    ) -> None:
        self.played_ms = 0
        self.underruns = 0
        self.ended_mono_s = 0.0
        self._item = item
        self._claim = claim
        self._volume = volume
        self._record = PlayRecord(log, output, item)
        self._begun: dict[int, WordsForm] = {}  # in the order in which they were begun
        self._media: dict[str, None] = {}  # of recorded words, in the same order
        self._read: set[int] = set()  # the bodies that were read aloud, if only at first
        self._has_line = False
        self.reading: int | None = None
        self.heard: set[int] = set()
        self._moments = PlayMoments(clock)
        self._continuity = Continuity()
        self._is_closed = False

    @property
    def has_sounded(self) -> bool:
        """Has any of it been heard?"""
        return self._moments.start_at is not None

    @property
    def words_missing(self) -> list[str]:
        """The languages of the bodies whose words have not been heard yet, in order."""
        bodies = enumerate(self._item.bodies)
        return [body.lang for index, body in bodies if index not in self.heard]

    def on_started(self, at_mono_s: float) -> None:
        """A segment's first sample; the first of them opens the record."""
        if not self.has_sounded:
            self._moments.begin(at_mono_s)
            # Which words will be heard is unknown yet: only those without a recording are missing.
            silent = [
                body.lang for body in self._item.bodies if not body.clips and body.reading is None
            ]
            self._record.open(replace(self._build_result("cut", "restart"), words_missing=silent))

    def on_ended(self, event: Ended) -> None:
        """A segment has ended; `frames` of it were heard."""
        self.played_ms += event.frames * 1000 // RATE_HZ
        self._continuity.add(event)
        if event.frames:
            self.ended_mono_s = event.mono_s

    def on_words_started(
        self, body: int, form: WordsForm = "recording", media: Sequence[Medium] = ()
    ) -> None:
        """A body's words begin; recorded ones have media."""
        self._begun[body] = form
        self._media |= dict.fromkeys(clip.sha256 for clip in media)
        if form == "speech":
            self._read.add(body)
        self.reading = body

    def on_line_started(self) -> None:
        """The built-in line begins: it stands for the words that are missing."""
        self._has_line = True

    def on_words_heard(self, body: int) -> None:
        """A body's words were heard to their end."""
        self.heard.add(body)

    def _build_result(self, outcome: Outcome, reason: str | None) -> PlayResult:
        return PlayResult(
            outcome,
            reason,
            start_at=self._moments.start_at,
            start_clock=self._moments.start_clock,
            end_at=self._moments.end_at(self.ended_mono_s or None),
            duration_ms=self.played_ms,
            underruns=self.underruns,
            zones=list(self._claim.on),
            proof="A2" if self.has_sounded else "A1",
            heard_media=tuple(self._media),
            words_missing=self.words_missing,
            words=self._words,
            said=self._said,
            volume=self._volume,
            steering=self._continuity.steering,
        )

    @property
    def _words(self) -> dict[str, str]:
        """How the words of each language were heard; a later form replaces an earlier one."""
        missing = self.words_missing if self._has_line else []
        begun = {self._item.bodies[body].lang: form for body, form in self._begun.items()}
        return {**dict.fromkeys(missing, "line"), **begun}

    @property
    def _said(self) -> dict[str, Reading]:
        """What was read aloud."""
        spoken = (self._item.bodies[body] for body in sorted(self._read))
        return {body.lang: body.reading for body in spoken if body.reading is not None}

    async def close(self, outcome: Outcome, reason: str | None) -> None:
        """Write the record, once."""
        if not self._is_closed:
            self._is_closed = True
            if outcome == "full" and self._continuity.is_broken:
                outcome, reason = "cut", UNDERRUNS
            result = self._build_result(outcome, reason)
            await self._record.close(result if self.has_sounded else replace(result, proof="A0"))
