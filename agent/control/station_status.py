"""What the page shows, as frozen data. Moments are aware UTC by the box's own clock.

The page knows these structs and nothing of the agent. What was not examined is `unchecked`,
never good.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from agent.clock import Quality
from agent.contract.report import Why
from agent.contract.volume import Volume
from agent.plan.site_work import Work

NO_REASON = Why()
Mark = Literal["good", "watch", "bad", "unchecked"]
ClockSource = Literal["centre", "nts"]
LineState = Literal["off", "settling", "on", "fault"]
AlarmStanding = Literal[
    "on", "told", "waiting", "nothing", "key", "order", "lockout", "process", "lines", "failed",
    "late",
]  # fmt: skip
WordState = Literal["now", "heard", "here", "missing", "failed", "none"]
Verdict = Literal[
    "silenced", "local_alarm", "emergency", "exercise", "fault", "testing", "playing", "no_clock",
    "unplaced", "idle", "ready",
]  # fmt: skip


@dataclass(frozen=True)
class PlacementRule:
    """Which rule put an item there.

    Args:
        issuer: the role that signed; empty for a person who speaks at the box.
        slot: the document's slot.
        seq: its number.
        at: its clock times, local to the station, as signed; empty for an emergency, and for what
            follows the sun or another item.
        weekdays: ISO weekdays on which it holds; empty for an emergency.
        losers: titles of what wanted the same moment and gave way.
        editor: who wrote it, as signed; may be empty.
        approver: who approved it, as signed; may be empty.
        started_by: the local key that was pressed.
        peak_dbfs: the highest peak of what that person has said so far; None before the first.
        unconfirmed: the feast on which it is due, where nobody has confirmed the date; or empty.
    """

    issuer: str
    slot: str
    seq: int
    at: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()
    losers: tuple[str, ...] = ()
    editor: str = ""
    approver: str = ""
    started_by: str | None = None
    peak_dbfs: float | None = None
    unconfirmed: str = ""


@dataclass(frozen=True)
class ItemStatus:
    """One item on one output. `level` is the name of its level; `lacking` why it cannot be had.

    `is_pulled`: a radio that the box pulls itself; nobody signed what is heard.
    """

    title: str
    level: str
    start_at: datetime
    end_at: datetime
    zones: tuple[str, ...] = ()
    why: PlacementRule | None = None
    lacking: str | None = None
    is_pulled: bool = False


@dataclass(frozen=True)
class ZoneStatus:
    """A loudspeaker line and its amplifier; `is_switched` False: no switch, always on.

    `trim_db` and `muted_until` (aware UTC) are what signed commands have set. `volume` is that of
    an ordinary item now; None: the clock is not trusted, so the hour is unknown.
    """

    name: str
    kind: str
    state: LineState
    is_switched: bool
    trim_db: int = 0
    muted_until: datetime | None = None
    volume: Volume | None = None


@dataclass(frozen=True)
class FaceStatus:
    """One side of a board. `picture` is a token that changes with it; None: no picture to be had.

    `changed_s` is how long ago the picture last changed, in seconds. `title` is of what it shows,
    where the faces of its board show different items; empty: nothing.
    """

    name: str
    width_px: int
    height_px: int
    picture: str | None = None
    changed_s: float | None = None
    title: str | None = None


@dataclass(frozen=True)
class SoundPathStatus:
    """The sound card in use; `gain_db` is what a fallback card takes off every sound.

    `is_safe`: in safe mode, by `aplay`.
    """

    card: str
    gain_db: float
    is_fallback: bool
    is_safe: bool


@dataclass(frozen=True)
class OutputStatus:
    """One sound path with its zones, or one board with its faces.

    `is_up` is False while its process is away. `gain_db` None: unknown. `path` None: a board, or no
    card could be opened yet. `why` says what gives way now, and what is refused.
    """

    name: str
    is_up: bool | None
    now: ItemStatus | None = None
    next: ItemStatus | None = None
    zones: tuple[ZoneStatus, ...] = ()
    faces: tuple[FaceStatus, ...] = ()
    gain_db: float | None = None
    path: SoundPathStatus | None = None
    why: Why = NO_REASON


@dataclass(frozen=True)
class LinkStatus:
    """The connection to the broker, and the seconds since its state last changed."""

    address: str
    is_up: bool
    since_s: float


@dataclass(frozen=True)
class MediaCount:
    """How many of the files that held documents name are in store."""

    ready: int
    named: int


@dataclass(frozen=True)
class OutboxStatus:
    """Journal records that the centre has not confirmed, and the age of the oldest in seconds."""

    records: int
    oldest_s: float


@dataclass(frozen=True)
class ReadingStatus:
    """One thing that is examined.

    Args:
        name: of `health.check_labels.LABELS`; or `mains`, `generator`, `door`; or a sensor's own.
        mark: how it is.
        amount: what was read, if it is a quantity; 1 or 0 with unit `on`.
        unit: of `amount`: `bytes`, `on`, or as it is written.
        reason: of `health.check.REASONS`: why it is unchecked; may be empty.
    """

    name: str
    mark: Mark
    amount: float | None = None
    unit: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Problem:
    """An issue that lasts: its kind in the catalogue, on which thing, and the mechanism."""

    kind: str
    subject: str
    since_at: datetime
    hint: str


@dataclass(frozen=True)
class JournalEvent:
    """One journal record in short; `code` is stable: `play.full`, `fault.begins` or `E_HOURS`.

    `at` is None for what happened before the box had a trusted clock.
    """

    seq: int
    at: datetime | None
    code: str
    subject: str
    detail: str = ""


@dataclass(frozen=True)
class RefusedItem:
    """Something that will not be played, and the rule that forbids it."""

    title: str
    at: datetime
    code: str
    rule: str


@dataclass(frozen=True)
class LocalMuteStatus:
    """The switch on this page is on: nothing but emergencies sounds."""

    is_local: bool
    until_at: datetime | None


@dataclass(frozen=True)
class SilenceStatus:
    """A signed silence is on.

    Args:
        issuer: the role that ordered it.
        why: as signed; may be empty.
        until_at: when it ends by itself.
        stops_emergency: nothing sounds or shows at all; else all but emergencies.
    """

    issuer: str
    why: str
    until_at: datetime
    stops_emergency: bool


@dataclass(frozen=True)
class CommissioningTestStatus:
    """A test that runs: `tone`, `pattern` or `label`, on a zone or face; it ends by itself."""

    test: str
    where: str


@dataclass(frozen=True)
class KeyStatus:
    """A local emergency key, and what a press of it would start now.

    Args:
        name: the contact's.
        slot: where its alarm stands.
        title: of the alarm; None when nothing is held.
        issuer: the role that signed it.
        until_at: when it expires.
        is_exercise: would it say that it is an exercise?
        lacking: why it would not be played whole; None when it would.
    """

    name: str
    slot: str
    title: str | None = None
    issuer: str = ""
    until_at: datetime | None = None
    is_exercise: bool = False
    lacking: str | None = None


@dataclass(frozen=True)
class LanguageStatus:
    """One language of an emergency on a loudspeaker output.

    `state`: its words are read `now`, were `heard`, are `here` and not yet read, are `missing` on
    this box, have `failed` to play, or there are `none`: none was recorded.
    """

    lang: str
    state: WordState


@dataclass(frozen=True)
class EmergencyOutputStatus:
    """How one emergency stands on one output.

    `standing` is `agent.overrides.emergency_state.Standing`.
    """

    output: str
    is_board: bool
    standing: AlarmStanding
    words: tuple[LanguageStatus, ...] = ()


@dataclass(frozen=True)
class EmergencyStatus:
    """An emergency in force, with its outputs in the order of the settings.

    Args:
        title: its words, or its number.
        issuer: the role that signed.
        end_at: when it ends at the latest.
        outputs: how it stands on each.
        is_exercise: is it only one?
        started_by: the local key that was pressed.
        people: editor and approver, as signed; each may be empty.
    """

    title: str
    issuer: str
    end_at: datetime
    outputs: tuple[EmergencyOutputStatus, ...]
    is_exercise: bool = False
    started_by: str | None = None
    people: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class StationStatus:
    """The whole box at one moment.

    `is_locked`: its silence key is turned, nothing may be heard. `work`: somebody works at the
    station, which keeps its programme off.
    """

    station: str
    version: str
    at: datetime
    clock: Quality
    clock_error_s: float | None
    place: str | None
    link: LinkStatus
    media: MediaCount
    outbox: OutboxStatus | None
    outputs: tuple[OutputStatus, ...]
    readings: tuple[ReadingStatus, ...] = ()
    problems: tuple[Problem, ...] = ()
    events: tuple[JournalEvent, ...] = ()
    refused: tuple[RefusedItem, ...] = ()
    silence: LocalMuteStatus | None = None
    order: SilenceStatus | None = None
    trials: tuple[CommissioningTestStatus, ...] = ()
    keys: tuple[KeyStatus, ...] = ()
    alarms: tuple[EmergencyStatus, ...] = ()
    is_locked: bool = False
    work: Work | None = None
    clock_source: ClockSource = "centre"
