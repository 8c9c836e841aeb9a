"""Builds the journal's record of one play from an item and its result."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from agent.clock import NTS, Clock
from agent.contract.report import Play
from agent.contract.utc import encode_utc
from agent.contract.volume import FULL_VOLUME, Volume
from agent.play.ipc import Steered
from agent.play.item import Item, PlayLog
from speech.reading import Reading

MAX_SAID = 4_000  # characters of a record; the signed text is in the document
Outcome = Literal["full", "cut", "skipped", "failed"]


@dataclass(frozen=True)
class StartClock:
    """How exactly the moment of a start is known.

    Args:
        error_ms: half-width of the clock's error; None where the time is not trusted.
        source: who gave the time; None as above.
    """

    error_ms: float | None = None
    source: Literal["nts", "centre"] | None = None


UNKNOWN = StartClock()


@dataclass(frozen=True)
class SteeringResult:
    """How a play was kept in step with the clock.

    Args:
        corrected: single samples left out or doubled.
        resyncs: jumps.
        worst_ms: how far it was off at most.
        card_ppm: by how many parts in a million its card is fast; None: too short to say.
    """

    corrected: int = 0
    resyncs: int = 0
    worst_ms: float = 0.0
    card_ppm: float | None = None

    def add(self, slot: Steered) -> SteeringResult:
        """With one more slot of the play."""
        return SteeringResult(
            self.corrected + slot.left_out + slot.doubled,
            self.resyncs + slot.jumps,
            max(self.worst_ms, round(slot.worst_s * 1000, 1)),
            self.card_ppm if slot.card_ppm is None else slot.card_ppm,
        )


UNSTEERED = SteeringResult()


def read_start_clock(clock: Clock) -> StartClock:
    """The quality of the clock now, when a play begins."""
    error_s = clock.now().error_s
    if error_s is None:
        return UNKNOWN
    return StartClock(round(error_s * 1000, 1), "nts" if clock.by == NTS else "centre")


@dataclass(frozen=True)
class PlayResult:
    """The result of a play: aware UTC times, the zones that were on, the sound consumed.

    `volume` is the one at its start, with the last cap that lowered it; `gain_end_db` the volume at
    its end, where that is another one.

    For an emergency's sound also the media that were heard, and the languages of the bodies whose
    words were not heard; `words` says how those of each language were (`recording`, `speech`,
    `line`), `said` what was read aloud. `muted` are the zones that a signed mute took from it.
    `frames` and `late_frames` are those of a picture, see `agent.contract.report.Play`.
    `segments`: of a live voice what became of them. `relayed`: of what a radio's play consisted.
    `clip_frames`: of a clip on a board, how many were shown, came late or were left out.
    """

    outcome: Outcome
    reason: str | None = None
    start_at: datetime | None = None
    end_at: datetime | None = None
    duration_ms: int = 0
    zones: list[str] = field(default_factory=list)
    proof: Literal["A0", "A1", "A2"] = "A0"
    underruns: int = 0
    volume: Volume = FULL_VOLUME
    gain_end_db: float | None = None
    heard_media: tuple[str, ...] | None = None
    words_missing: list[str] | None = None
    muted: list[str] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)
    said: dict[str, Reading] = field(default_factory=dict)
    segments: dict[str, int] | None = None
    relayed: dict[str, int] | None = None
    clip_frames: dict[str, int] | None = None
    start_clock: StartClock = UNKNOWN
    steering: SteeringResult = UNSTEERED
    frames: dict[str, str] = field(default_factory=dict)
    late_frames: int = 0


def build_play(output: str, item: Item, result: PlayResult) -> Play:
    """The record of `item` on `output`."""
    source, planned_at = item.source, item.planned_at or item.start_at
    said, words, steering = result.said, result.words, result.steering
    if item.kind == "speech" and item.reading is not None and result.start_at is not None:
        said, words = {item.lang: item.reading}, {item.lang: "speech"}
    return Play(
        output=output,
        medium=item.medium,
        zones=result.zones,
        doc_id=source.doc_id,
        doc_sha256=source.doc_sha256,
        entry=source.entry,
        title=item.title,
        issuer=source.issuer,
        editor=source.editor,
        approver=source.approver,
        class_=source.class_,
        level=item.level_name,
        lang=item.lang,
        media=[clip.sha256 for clip in item.clips]
        if result.heard_media is None
        else list(result.heard_media),
        planned_start=encode_utc(planned_at),
        planned_end=encode_utc(planned_at + (item.end_at - item.start_at)),
        written_start=encode_utc(item.written_at) if item.written_at else None,
        start=encode_utc(result.start_at) if result.start_at else None,
        end=encode_utc(result.end_at) if result.end_at else None,
        duration_ms=result.duration_ms,
        result=result.outcome,
        reason=result.reason,
        proof=result.proof,
        gain_db=result.volume.gain_db,
        gain_end_db=result.gain_end_db,
        est_dba=result.volume.est_dba,
        cap=result.volume.cap,
        underruns=result.underruns,
        started_by=item.started_by,
        words_missing=result.words_missing or None,
        muted=result.muted or None,
        words=words or None,
        said={lang: one.words[:MAX_SAID] for lang, one in said.items()} or None,
        voice=next((one.dialect.voice for one in said.values()), None),
        segments=result.segments,
        authentic_by="transport" if item.relay is not None else None,
        relayed=result.relayed,
        clip_frames=result.clip_frames,
        clock_error_ms=result.start_clock.error_ms,
        clock_source=result.start_clock.source,
        corrected_samples=steering.corrected or None,
        resyncs=steering.resyncs or None,
        worst_off_ms=steering.worst_ms if steering.corrected or steering.resyncs else None,
        card_ppm=steering.card_ppm,
        essential=source.description.essential,
        field=source.description.field,
        source=source.description.source,
        ref=source.description.ref,
        advert=source.description.advert,
        music=source.description.music,
        frames=result.frames or None,
        late_frames=result.late_frames or None,
    )


class PlayRecord:
    """The journal entry of one play: opened when it is heard or seen, closed once.

    Opening does not wait for the disk, because playing must never wait for the disk.

    Args:
        log: the journal.
        output: the output's name.
        item: what plays.
    """

    def __init__(self, log: PlayLog, output: str, item: Item) -> None:
        self._log = log
        self._output = output
        self._item = item
        self._opening: asyncio.Task[int] | None = None

    def open(self, result: PlayResult) -> None:
        """Store that this plays: after a crash from then on there is a record."""
        play = build_play(self._output, self._item, result)
        self._opening = asyncio.create_task(self._log.open_play(play), name="open play")

    async def close(self, result: PlayResult) -> None:
        """Write the record, also of a play that was never opened."""
        play = build_play(self._output, self._item, result)
        if self._opening is None:
            await self._log.append("play", play=play)
        else:
            await self._log.close_play(await self._opening, play)
