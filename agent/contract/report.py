"""Reports of the box. All but presence are in a DSSE envelope signed by the device's key."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

Medium = Literal["sound", "picture"]
Quality = Literal["SYNCED", "HOLDOVER", "RTC", "FLOOR"]
RecordKind = Literal[
    "play", "refusal", "boot", "config", "fault", "clock_fix", "gap", "silence",
    "command",
]  # fmt: skip
REPORT_TYPE = "application/vnd.tramtin.report.{channel}.v1+json"
MAX_BATCH_RECORDS = 100
MAX_BATCH_BYTES = 32 * 1024
MAX_ZONE_KINDS = 64  # of a larger station the centre does not know them
MAX_PICTURES, MAX_PICTURE_BYTES = 2, 16_000  # in one verdict: 57 kB in its envelope
MAX_HOLDS = 1000  # with the longest names 254 bytes each: small enough for every broker in use


class ClockState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far the box's time can be trusted."""

    quality: Quality
    error_s: float | None


class FaceView(msgspec.Struct, frozen=True):
    """A face of a board as people see it: lamps each way, from lamp to lamp, and from where."""

    width_px: int
    height_px: int
    pitch_mm: float
    read_m: float


class Hello(msgspec.Struct, frozen=True, kw_only=True):
    """Birth: the box's identity and what it holds.

    The centre answers with a signed `time` and with the missing documents.

    `holds` maps `<issuer>/<kind>/<slot>` to [epoch, seq, sha256 of the envelope's payload]; where
    it is `partial`, it lists only documents in force. `features` are the features that this release
    supports beyond the common ones, by the names of `agent.contract.feature`. `zone_kinds` has the
    kind of the surroundings of each cluster of loudspeakers, by its name; UNSET: not known.
    `still_faces` are faces that show stills only; UNSET where there are none. `face_views` has the
    size of each face whose pitch and reading distance the settings name, by its name. `faces` are
    all faces of boards; UNSET where there are none, and in older releases.
    """

    session: int
    boot_id: str
    epoch: str
    last_seq: int
    nonce: str
    place: str | None
    holds: dict[str, tuple[int, int, str]]
    authority: dict[str, int]
    agent: str
    clock: ClockState
    has: list[str]
    partial: bool = False
    features: list[str] = msgspec.field(default_factory=list)
    zone_kinds: dict[str, str] | UnsetType = UNSET
    still_faces: list[str] | UnsetType = UNSET
    face_views: dict[str, FaceView] | UnsetType = UNSET
    faces: list[str] | UnsetType = UNSET


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """Presence, retained; the will is the same with `online` false. Not signed.

    The centre's birth states the interval in seconds over which stations spread their hellos.
    """

    online: bool
    session: int
    spread_s: int | None = None


class LogBatch(msgspec.Struct, frozen=True):
    """Contiguous records of one epoch, as their exact stored JSON text."""

    epoch: str
    records: list[str]


class Issue(msgspec.Struct, frozen=True):
    """A fault as data: its kind, the subject, since when, and the repair."""

    kind: str
    subject: str
    since: str
    hint: str


class OnAir(msgspec.Struct, frozen=True, omit_defaults=True):
    """The present or next item of one output.

    `words_missing` names the languages in which an emergency's message cannot sound now, because it
    has no recording or its media are missing; None for all other items.
    """

    title: str
    level: str
    start: str
    end: str
    zones: list[str]
    issuer: str
    medium: Medium | None = None  # None: an older box does not report it
    words_missing: list[str] | None = None


class Outbox(msgspec.Struct, frozen=True):
    """Journal rows not yet acknowledged."""

    rows: int
    oldest_s: float


class SensorReading(msgspec.Struct, frozen=True):
    """A sensor's last value and its age in seconds; None before the first value."""

    measures: str
    value: float | None
    unit: str
    age_s: float | None


class InputState(msgspec.Struct, frozen=True):
    """A contact: door open, mains present, generator running, key pressed; None: not readable."""

    kind: str
    active: bool | None


class ZoneLevelState(msgspec.Struct, frozen=True, omit_defaults=True):
    """What signed commands have set for one zone.

    Args:
        trim_db: below the calibrated level, -40 to 0.
        trim_until: UTC text; None: until it is changed.
        muted_until: UTC text; None: not muted. Of a face: until when it is blank.
        dim_pct: of a face: the brightness that it has at most; None: nothing was ordered.
        dim_until: UTC text; None: until it is changed.
    """

    trim_db: int = 0
    trim_until: str | None = None
    muted_until: str | None = None
    dim_pct: int | None = None
    dim_until: str | None = None


class Why(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why an output plays what it does; left out where nothing else is due.

    Titles have at most 40 characters.

    Args:
        rule: `level`, `start` or `order`: by which what is on goes before `over`; `silence` or
            `clock`: for which nothing of the schedule is on.
        over: the title of the first that gives way.
        losers: how many give way; left out where it is `over` alone.
        refused: title, code and rule of what would be on, but is refused.
        next_rule: by which the next start goes before `next_over`.
        next_over: the title of the first that gives way to it.
    """

    rule: str | None = None
    over: str | None = None
    losers: int | None = None
    refused: tuple[str, str, str] | None = None
    next_rule: str | None = None
    next_over: str | None = None


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot: issues, what is on air and next per output and why, contacts, sensors, clock."""

    session: int
    at: str
    issues: list[Issue]
    on_air: dict[str, OnAir | None]
    next: dict[str, OnAir | None]
    switches: dict[str, str]
    clock: ClockState
    disk_free_bytes: int
    temperature_c: float | None
    outbox: Outbox
    inputs: dict[str, InputState] = {}
    readings: dict[str, SensorReading] = {}
    levels: dict[str, ZoneLevelState] | UnsetType = UNSET
    why: dict[str, Why] | UnsetType = UNSET


class FacePicture(msgspec.Struct, frozen=True):
    """A small picture of what was sent to a face.

    Args:
        face: its name.
        at: when it was taken; UTC text.
        frame_sha256: of the frame that it is a copy of.
        png: at most `MAX_PICTURE_BYTES`; base64 in JSON.
    """

    face: str
    at: str
    frame_sha256: str
    png: bytes


class Result(msgspec.Struct, frozen=True):
    """The verdict on one document, published on `res`.

    `ignored` lists members of an accepted document that this box does not know; `pictures` are
    those that a `screenshot` asked for.
    """

    doc_id: str | None
    result: Literal["accepted", "refused", "done", "failed"]
    code: str | None
    detail: str
    kind: str = ""
    sha256: str = ""
    ignored: list[str] | UnsetType = UNSET
    pictures: list[FacePicture] | UnsetType = UNSET


class Play(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One complete play, or one that was cut or failed, and why.

    `started_by` names the local key that started it, `words_missing` the languages in which the
    message of an emergency did not sound, `segments` how many of a live voice were `heard`, `lost`,
    `late` and `bad`; they are left out for all other plays. `gain_db` is the
    volume at its start, 0 being the calibrated one, `gain_end_db` that at its end if another,
    `est_dba` the estimated level at the nearest home, `cap` the cap that lowered it. `card` is the
    fallback card on which it sounded, `safe_mode` says that it did so by `aplay`. The description
    of its entry (`essential` to `music`) is left out where the entry has none. `muted` names the
    zones on which a signed mute kept it from sounding, from its start or later. `words` says how
    the words of each language were heard: `recording`, `phrases` (of a phrase bank), `speech` (read
    aloud by the box), `line` (the built-in one in their place); `said` what was read aloud, `voice`
    by which voice. `authentic_by` is `transport` for a radio that the box pulled: nobody signed
    what was heard; `relayed` says of what such a play consisted: `radio_ms`, `filler_ms`,
    `silence_ms`, and how many `connections` were tried. No other play has the two.
    `clock_error_ms` is the half-width of the error of the box's clock when it began, `clock_source`
    who gave that time; both are left out where nobody trusted did. `corrected_samples` counts the
    single samples that were left out or doubled to keep it in step with the clock, `resyncs` the
    jumps, `worst_off_ms` how far off it was at most; they are left out where nothing was corrected.
    `card_ppm` is by how many parts in a million its card is fast, of a play of half a minute.
    `clip_frames` says of a clip on a board how many of its frames were `shown`, came too `late`, or
    were `left_out` because a later one was due.
    `written_start` is the moment that its schedule names, where it was planned for another one: it
    waits for something, or follows it. `frames` has, of a picture, the SHA-256 of the first frame
    that each face was sent, `late_frames` how many frames of its board were late meanwhile.
    """

    output: str
    medium: Medium | None = None  # None: an older box did not report it
    zones: list[str]
    doc_id: str
    doc_sha256: str
    entry: str
    title: str
    issuer: str
    editor: str
    approver: str
    class_: str = msgspec.field(name="class")
    level: str
    lang: str
    media: list[str]
    planned_start: str
    planned_end: str
    written_start: str | None = None
    start: str | None
    end: str | None
    duration_ms: int
    result: Literal["full", "cut", "skipped", "failed"]
    reason: str | None
    proof: Literal["A0", "A1", "A2", "A3", "A4", "A5", "A6"]
    gain_db: float
    underruns: int
    started_by: str | None = None
    words_missing: list[str] | None = None
    segments: dict[str, int] | None = None
    gain_end_db: float | None = None
    est_dba: float | None = None
    cap: str | None = None
    card: str | None = None
    safe_mode: bool | None = None
    essential: bool | None = None
    field: int | None = None
    source: str | None = None
    ref: str | None = None
    advert: bool | None = None
    music: bool | None = None
    muted: list[str] | None = None
    words: dict[str, str] | None = None
    said: dict[str, str] | None = None
    voice: str | None = None
    clock_error_ms: float | None = None
    clock_source: Literal["nts", "centre"] | None = None
    corrected_samples: int | None = None
    resyncs: int | None = None
    worst_off_ms: float | None = None
    card_ppm: float | None = None
    authentic_by: Literal["transport"] | None = None
    relayed: dict[str, int] | None = None
    frames: dict[str, str] | None = None
    late_frames: int | None = None
    clip_frames: dict[str, int] | None = None


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One journal record. Its encoded bytes are stored, hashed and sent unchanged.

    `prev` is the chain hash (hex) before this record. `play` is set for kind `play`; `detail` for
    all other kinds.
    """

    station: str
    epoch: str
    seq: int
    prev: str
    at: str
    offset_min: int
    boot_id: str
    mono_ns: int
    clock: ClockState
    kind: RecordKind
    play: Play | None = None
    detail: dict[str, str | int | float | bool | list[str] | None] | None = None
