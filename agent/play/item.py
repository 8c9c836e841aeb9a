"""What one output is to play or show, and the interfaces that an output uses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from agent.clock import Clock, Now
from agent.contract.document import Medium, Relay
from agent.contract.ids import Digest
from agent.contract.loudness import Loudness
from agent.contract.report import OnAir, Play, RecordKind
from agent.contract.scene import Scene
from agent.contract.utc import encode_utc
from agent.contract.volume import FULL_VOLUME, Volume
from agent.errors import PlayError
from agent.play.play_memory import PlayMemory
from agent.play.sound_moments import SoundMoments
from agent.play.sound_source import SoundKind, SoundSource
from agent.play.speaker_line import FaultSink
from speech.reading import Reading

RecordedForm = Literal["recording", "phrases"]
WordsForm = Literal["recording", "phrases", "speech", "line"]
# These stop an item that may be heard again.
SILENCES = ("silenced", "silence_key", "local_mute", "lockout", "door_open")


@dataclass(frozen=True)
class Description:
    """What a playlist says about an entry, for reports; None: not stated.

    Args:
        essential: must it be heard?
        field: lĩnh vực, 1 to 6.
        source: who provided it.
        ref: số văn bản, the number of the official document behind it.
        advert: is it an advertisement?
        music: is it music?
    """

    essential: bool | None = None
    field: int | None = None
    source: str | None = None
    ref: str | None = None
    advert: bool | None = None
    music: bool | None = None


@dataclass(frozen=True)
class ItemSource:
    """The signed document of an item, as the journal names it."""

    doc_id: str
    doc_sha256: str
    entry: str
    issuer: str
    editor: str
    approver: str
    class_: str
    description: Description = Description()


@dataclass(frozen=True)
class LanguageClips:
    """The sound of an emergency in one language.

    Args:
        lang: the language.
        clips: its recorded sound, in order, the best that is here; empty when it has none.
        is_here: are all of them in store?
        reading: what the box reads aloud in place of clips that are not here; None: it cannot.
        form: are the clips one recording, or phrases of a bank?
        phrases: in store too, and played where the recording cannot be.
    """

    lang: str
    clips: tuple[Medium, ...]
    is_here: bool
    reading: Reading | None = None
    form: RecordedForm = "recording"
    phrases: tuple[Medium, ...] = ()

    @property
    def ways(self) -> list[tuple[WordsForm, tuple[Medium, ...]]]:
        """How its words can be heard now, the best first, each with its media."""
        found: list[tuple[WordsForm, tuple[Medium, ...]]] = []
        if self.is_here:
            found.append((self.form, self.clips))
        if self.phrases:
            found.append(("phrases", self.phrases))
        if self.reading is not None:
            found.append(("speech", ()))
        return found


@dataclass(frozen=True)
class Item:
    """One occurrence on one output.

    Times are aware UTC; `end_at` is the planned end, `latest_end_at` how late it may still sound
    when it was interrupted and resumed.

    `kind` says what its source of sound is. Of a file, `clips` are played in order, `repeat` times,
    with `gap_ms` of silence between rounds. The sound of an emergency is in `bodies` instead and is
    played by the rules of `play.sound.emergency_sequence`; `signal` is its own attention signal,
    None for the built-in one. A picture has `scene`.
    """

    key: str
    source: ItemSource
    title: str
    lang: str
    level: int
    level_name: str
    zones: tuple[str, ...]
    start_at: datetime
    end_at: datetime
    latest_end_at: datetime
    when_cut: Literal["resume", "rejoin", "drop"] = "drop"
    kind: SoundKind = "file"
    opening: Literal["chime", "attention"] | None = None  # what sounds before it
    clips: tuple[Medium, ...] = ()
    repeat: int = 1
    gap_ms: int = 0
    limit_ms: int | None = None
    bodies: tuple[LanguageClips, ...] = ()
    signal: Medium | None = None
    is_exercise: bool = False
    scene: Scene | None = None
    reading: Reading | None = None  # what is read aloud
    relay: Relay | None = None  # the radio that is pulled
    started_by: str | None = None  # the local key
    missing: str | None = None  # why it cannot be played: a code and the medium
    waits_until: datetime | None = None  # until then it begins behind what sounds at its level
    earliest_at: datetime | None = None  # so much sooner, where what it follows ends sooner
    banner: Item | None = None  # what is due over it on a board
    edge: Literal["top", "bottom"] | None = None  # of a banner: where it is
    planned_at: datetime | None = None  # by the plan, where it begins sooner than that
    written_at: datetime | None = None  # by its schedule, where it is planned for another moment
    with_key: str | None = None  # the item with whose sound a picture begins and ends

    def on_air(self) -> OnAir:
        """The item as health reports it."""
        return OnAir(
            title=self.title,
            level=self.level_name,
            start=encode_utc(self.start_at),
            end=encode_utc(self.end_at),
            zones=list(self.zones),
            issuer=self.source.issuer,
            medium=self.medium,
        )

    def yields_to(self, other: Item, at: datetime) -> bool:
        """Does it begin behind another that sounds at a moment, and not in its place?"""
        if other.level > self.level:
            return True
        is_waiting = self.waits_until is not None and at < self.waits_until
        return is_waiting and other.level == self.level and other.key != self.key

    @property
    def is_planned(self) -> bool:
        """Is it of the schedule, which needs the time of day?"""
        return self.kind in ("file", "speech", "relay", "chime")

    @property
    def goes_on(self) -> bool:
        """Does it go on elsewhere, whatever sounds here meanwhile?"""
        return self.kind in ("live", "relay")

    @property
    def medium(self) -> Literal["sound", "picture"]:
        """Is it heard or seen?"""
        return "sound" if self.scene is None else "picture"


@dataclass(frozen=True)
class StandbyItem:
    """The still picture that faces show while nothing else is on them.

    Args:
        key: of document and entry.
        source: its signed document.
        scene: what is seen.
        clips: the pictures in it.
        faces: names.
        end_at: when its document expires.
    """

    key: str
    source: ItemSource
    scene: Scene
    clips: tuple[Medium, ...]
    faces: tuple[str, ...]
    end_at: datetime


def forget_past(ended: dict[str, datetime], at: datetime) -> list[str]:
    """Drop (and return) the keys of items that ended a day or more ago: they cannot come again."""
    past = [key for key, end_at in ended.items() if (at - end_at).days >= 1]
    for key in past:
        del ended[key]
    return past


class Rundown(Protocol):
    """The schedule of one output: what plays now, what comes next, what is still entitled."""

    @property
    def is_complete(self) -> bool:
        """Is everything in the plan that the box holds? Not yet, right after a start."""

    def wanted(self, now: Now, done: Container[str] = ()) -> Item | None:
        """The item that should be on this output now; `done` are the keys of finished ones."""

    def scheduled(self, now: Now, done: Container[str] = ()) -> Item | None:
        """The first scheduled item for now that is not done, even if another one has priority."""

    def due(self, since_at: datetime, now: Now, known: Container[str] = ()) -> list[Item]:
        """The items that were scheduled to start from a moment until now, winners of their levels.

        Items whose keys are `known` are left out.
        """

    def started(self, since_at: datetime, now: Now) -> list[Item]:
        """All that was scheduled to start from a moment until now, also what may not be heard.

        Filler is left out: what of it is not heard is owed to nobody.
        """

    def unended(self, at: datetime, now: Now) -> list[Item]:
        """Of what `started` in the day before a moment, what may sound behind it.

        Left out is that of which the document came when it was over.
        """

    def why_kept_off(self, item: Item, now: Now) -> str | None:
        """What keeps an item of the schedule that is due from this output; None: nothing.

        A silence, something higher, or what begins at the same moment on its level.
        """

    def is_planned(self, item: Item) -> bool:
        """Is an item of the schedule in the plan still, as far as that reaches back?"""

    def upcoming(self, now: Now, done: Container[str] = ()) -> Item | None:
        """The next item of the schedule to start on this output; `done` are finished ones."""

    def following(self, key: str, now: Now) -> Item | None:
        """What is planned right behind an item, and may begin sooner where that one fails."""

    def alarms(self, now: Now) -> list[Item]:
        """The emergencies in force as this output plays them, highest first."""

    def is_entitled(self, item: Item, now: Now, sounds_at: datetime | None = None) -> bool:
        """May this item continue? False once its document is withdrawn, expired or cancelled.

        `sounds_at`: the moment at which what is prepared begins, by which quiet hours and mourning
        are judged.
        """

    def why_silenced(self, item: Item, now: Now) -> str | None:
        """Which of `SILENCES` stops this item for now, or why its voice is over, if either."""


class PlayLog(Protocol):
    """The journal, as far as outputs write it."""

    async def open_play(self, play: Play) -> int:
        """Store durably that sound has begun."""

    async def close_play(self, key: int, play: Play) -> object:
        """Turn an open play into a record."""

    async def append(
        self,
        kind: RecordKind,
        *,
        play: Play | None = None,
        detail: dict[str, str | int | float | bool | list[str] | None] | None = None,
    ) -> object:
        """Write one record."""


class MediaFiles(Protocol):
    """Content-addressed media; each is hashed again from its open descriptor."""

    async def open(self, digest: Digest, size_bytes: int) -> int:
        """A readable descriptor of exactly these bytes."""

    @property
    def folder(self) -> Path:
        """The folder of all media."""

    def path(self, digest: Digest) -> Path:
        """The path of a medium."""

    def loudness_of(self, digest: Digest) -> Loudness | None:
        """The loudness of a medium; None while it is not measured."""

    @property
    def high_pass_hz(self) -> int:
        """Below this the output's loudspeakers take nothing; 0: they take all."""


class Volumes(Protocol):
    """How loud items are: the only place where a slot's volume is decided."""

    def volume_of(self, item: Item, zones: Collection[str], now: Now) -> Volume:
        """The volume of an item on these zones, now or at its start if that is to come."""


class FullVolume:
    """Everything as it is."""

    def volume_of(self, item: Item, zones: Collection[str], now: Now) -> Volume:  # noqa: ARG002 - an interface's
        """0 dB."""
        return FULL_VOLUME


FULL_VOLUMES = FullVolume()


def _is_never_muted(_zone: str) -> bool:
    return False


def _nobody_works() -> float:
    return 0


def _forget(_doc_id: str) -> None:
    pass


def no_standby(_now: Now) -> Sequence[StandbyItem]:
    """Of what is no board."""
    return ()


FindStandby = Callable[[Now], Sequence[StandbyItem]]
SourceTable = Mapping[SoundKind, Callable[[Item], SoundSource]]


@dataclass(frozen=True)
class OutputContext:
    """What every output uses.

    Args:
        rundown: what this output is to play.
        clock: the only source of time.
        media: the files in store.
        log: the journal.
        on_fault: begins an issue (kind, subject, hint), or ends it (hint None).
        sources: kind of sound → what makes the source of an item; a board needs none.
        volumes: how loud items are to be.
        fade_in_ms: how long an item rises that follows silence; an emergency does not.
        delay_s: from the card to the horn.
        is_muted: is a zone muted for all but emergencies and local keys?
        memory: the plays that the output has had.
        find_standby: what a board's faces show while nothing else is on them.
        moments: when what sounds begins and ends, for the pictures that go with it.
        warning_s: how long an emergency is to be announced quietly first, because the station is
            locked out; 0: it is not.
        note_waiting: called with the document of an emergency while it is announced.
    """

    rundown: Rundown
    clock: Clock
    media: MediaFiles
    log: PlayLog
    on_fault: FaultSink
    sources: SourceTable = field(default_factory=dict)
    volumes: Volumes = FULL_VOLUMES
    fade_in_ms: int = 0
    delay_s: float = 0.0
    is_muted: Callable[[str], bool] = _is_never_muted
    memory: PlayMemory = field(default_factory=PlayMemory)
    find_standby: FindStandby = no_standby
    moments: SoundMoments = field(default_factory=SoundMoments)
    warning_s: Callable[[], float] = _nobody_works
    note_waiting: Callable[[str], None] = _forget

    def make_source(self, item: Item) -> SoundSource:
        """The source of an item's sound.

        Raises:
            PlayError: E_UNSUPPORTED, this box has no such source.
        """
        make = self.sources.get(item.kind)
        if make is None:
            raise PlayError("E_UNSUPPORTED", item.title, f"this box has no {item.kind}")
        return make(item)
