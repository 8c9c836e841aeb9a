"""Signed documents for the box, one struct a kind. Shapes are final; see docs/contract.md.

Times ending in `Z` are UTC text of the form `2026-11-22T08:00:00Z` (fractions of a second allowed);
clock times inside `When` are local to the station (UTC+7). Integers only, NFC strings, at most
256 KiB. A member that a struct here does not have is ignored, unless the document lists it in
`crit`: see `agent.contract.extension`. A member that is added after 0.1.0 defaults to UNSET, so
that the encoding of a document without it does not change.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from agent.contract.calendar_terms import CalendarDays, DayRules, SunStart
from agent.contract.scene import Scene
from agent.contract.station_policy import StationPolicy

PAYLOAD_TYPE = "application/vnd.tramtin.{kind}.v1+json"
# The names in `x-kinds` of roles: with a further one boxes of 0.1.0 would refuse the whole file.
KINDS = (
    "playlist", "emergency", "cancel", "silence", "stream-grant",
    "station-config", "command", "head", "time", "ack",
)  # fmt: skip
MAX_DOCUMENT_BYTES = 256 * 1024
MAX_DEPTH = 16
MAX_ENTRIES = 2000
MAX_PATTERNS = 256

Class = Literal["routine", "priority", "emergency", "config", "command", "silence"]


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The fields that every document carries. `issuer` is a role name such as `vn.84.29266`.

    `crit` names the members that a box must know to apply the document; see
    `agent.contract.extension`.
    """

    kind: str
    issuer: str
    class_: Class = msgspec.field(name="class")
    to: list[str]
    doc_id: str  # 32 hex digits
    slot: str
    epoch: int
    seq: int
    issued: str
    not_before: str
    expires: str
    editor: str = ""
    approver: str = ""
    crit: list[str] | UnsetType = UNSET


class Medium(msgspec.Struct, frozen=True):
    """One file: content hash, exact length, MIME type, duration (0: a picture), download URLs."""

    sha256: str
    bytes: int
    mime: str
    duration_ms: int
    urls: list[str]


class When(msgspec.Struct, frozen=True):
    """Local times `HH:MM:SS` on ISO weekdays (1 = Monday), `from` up to and with `until`.

    `days` narrows, `except_days` takes out, `sun` adds starts: all critical (docs/decisions/0052).
    """

    at: list[str]
    weekdays: list[int]
    from_: str = msgspec.field(name="from")
    until: str
    except_: list[str] = msgspec.field(name="except", default_factory=list)
    days: DayRules | UnsetType = UNSET
    except_days: DayRules | UnsetType = UNSET
    sun: list[SunStart] | UnsetType = UNSET


class EntryStart(msgspec.Struct, frozen=True):
    """`at` (hard) | `next` | `within` (+`ms`) | `after` (+`entry`)."""

    kind: Literal["at", "next", "within", "after"]
    ms: int | None = None
    entry: str | None = None


class Sync(msgspec.Struct, frozen=True):
    """Do neighbouring poles play together, or group after group?"""

    kind: Literal["simultaneous", "staggered"] = "simultaneous"
    gap_ms: int = 0


class Relay(msgspec.Struct, frozen=True):
    """A radio that the box pulls itself, over https; authentic by transport only.

    It is heard for `max_ms` of its entry. Its host must stand in `StationPolicy.relay_hosts`.
    `host_key` narrows: the SHA-256, in hex, of the SubjectPublicKeyInfo of the host's certificate.
    """

    url: str
    host_key: str | None = None


class TextBody(msgspec.Struct, frozen=True):
    """Text to be spoken and/or shown.

    `dialect` says in which dialect of Vietnamese it is read; without it, in that of the station.
    """

    say: str | None = None
    show: str | None = None
    dialect: Literal["north", "central", "south"] | UnsetType = UNSET


class Body(msgspec.Struct, frozen=True):
    """Exactly one of `media` (digests in order), `relay`, `text`, `scene`."""

    media: list[str] | None = None
    relay: Relay | None = None
    text: TextBody | None = None
    scene: Scene | None = None
    repeat: int = 1
    gap_ms: int = 0


class Entry(msgspec.Struct, frozen=True):
    """One line of a playlist.

    `essential` (must it be broadcast?), `music`, `field` (lĩnh vực of Circular 39/2020), `source`
    and `ref` (who provided it, the number of the official paper) only describe it for reports.
    `advert` is critical: a box that does not know it must not play an advertisement as information.
    `standby` (slot `base`, class routine, a still scene) is never planned: its faces show it while
    nothing else is there. Not critical: a box that does not know it plans it by its `when`.
    `with`, of a picture, is the id of the entry with whose sound it begins and ends; both are due
    at the same times. Not critical: a box that does not know it shows the picture by its own times.
    `banner` (a scene without regions) is a strip at that edge of the face, over what is shown there
    of its own class or a lower one. Critical: a box that does not know it would show it alone.
    """

    id: str
    title: str
    lang: str
    zones: list[str]
    when: When
    start: EntryStart
    body: Body
    max_ms: int | None = None
    when_cut: Literal["resume", "rejoin", "drop"] = "resume"
    sync: Sync = msgspec.field(default_factory=Sync)
    essential: bool | UnsetType = UNSET
    field: int | UnsetType = UNSET
    source: str | UnsetType = UNSET
    ref: str | UnsetType = UNSET
    advert: bool | UnsetType = UNSET
    music: bool | UnsetType = UNSET
    standby: bool | UnsetType = UNSET
    with_: str | UnsetType = msgspec.field(name="with", default=UNSET)
    banner: Literal["top", "bottom"] | UnsetType = UNSET


class Playlist(Header, frozen=True, kw_only=True):
    """COMPLETE for its slot: one document is one atomic state.

    `filler` (in slot `base` only) puts it below all programme. It is critical: a box of 0.1.0 plans
    slot `base` as programme, and the filler would replace the news (docs/decisions/0057).
    """

    media: list[Medium]
    entries: list[Entry]
    filler: bool | UnsetType = UNSET


class EmergencyBody(msgspec.Struct, frozen=True):
    """The message in one language: recorded media, or text, or both (sound and picture).

    `phrases` are media from a phrase bank that say the same: played while `media` are not here.
    Where they are `media` themselves, nothing else was recorded. Not critical: a box that does not
    know it waits for `media`.
    """

    lang: str
    media: list[str] | None = None
    text: TextBody | None = None
    phrases: list[str] | UnsetType = UNSET


class Emergency(Header, frozen=True, kw_only=True, omit_defaults=True):
    """At once, on everything. Order: attention signal, then all bodies, `repeat` times.

    `attention` is `two-tone` (built in, kept decoded by every engine), the sha256 of one of
    `media`, or null. With `trigger` `key` it is a prepared alarm: it never sounds by itself, only
    when a local key of its `slot` is pressed. Defaults are left out of the encoding, so that a box
    which does not know `trigger` accepts an emergency without it.
    """

    event_id: str
    exercise: bool
    attention: str | None
    media: list[Medium]
    bodies: list[EmergencyBody]
    repeat: int
    gap_ms: int
    max_ms: int
    nonce: str | None = None
    trigger: Literal["now", "key"] = "now"


class Cancel(Header, frozen=True, kw_only=True):
    """Ends an emergency (`event_id`) or withdraws a document (`doc_id`)."""

    cancels: str


class Silence(Header, frozen=True, kw_only=True):
    """A latched stop. With a threshold of one it is a pause of ten minutes at most."""

    state: Literal["on", "off"]
    why: str


class StationConfig(Header, frozen=True, kw_only=True):
    """Place, groups and policy of one box; the box has no other source for them."""

    place: str
    groups: list[str]
    zones: list[str]
    policy: StationPolicy


class Calendar(Header, frozen=True, kw_only=True):
    """Dated days of one year: `days` has every day of each of `sets` (docs/decisions/0052)."""

    year: int
    sets: list[str]
    days: list[CalendarDays]


class Command(Header, frozen=True, kw_only=True):
    """An operation outside the plan. `agent.contract.command_args` has its arguments.

    All but the first four are critical: a box that does not know them refuses them by name.
    """

    do: Literal[
        "volume", "tone", "resend", "restart", "mute", "unmute", "blank", "unblank", "dim",
        "screenshot",
    ]  # fmt: skip
    args: dict[str, Any]


class Head(Header, frozen=True, kw_only=True, omit_defaults=True):
    """The list of what the station should hold: it revokes or reports, and never adds.

    With the `nonce` of the hello that it answers it attests that `emergencies`, sha256 of their
    payloads, are in force (docs/decisions/0024). Defaults are left out of the encoding.
    """

    slots: dict[str, tuple[int, int, str]]
    revoked: list[str]
    nonce: str | None = None
    emergencies: list[str] = msgspec.field(default_factory=list)


# The nonce of a time that answers no question: it proves what is past, and sets no clock.
CARRIED = "on-a-stick"


class TimeReply(Header, frozen=True, kw_only=True):
    """The centre's answer to a hello's nonce."""

    nonce: str
    utc: str


class Ack(Header, frozen=True, kw_only=True):
    """Cumulative: records up to `upto` of that `epoch_id` (the journal's epoch) are committed.

    `window` is the number of unacknowledged batches that the box may have in flight; 0 pauses it.
    `hash` is the chain hash at `upto`.
    """

    journal: str
    upto: int
    hash: str
    window: int


class StreamGrant(Header, frozen=True, kw_only=True):
    """A permission of ten minutes for one live stream, carrying its ephemeral Ed25519 key.

    A newer grant in its slot with the same `stream_id` renews it; `not_before` then stays the
    beginning of the stream. All stations play each sample `delay_ms` after it was captured.
    `hosts` says nothing to this release. What follows it is left out where it says nothing; see
    docs/decisions/0043.
    """

    stream_id: str
    stream_key: str
    first_seq: int
    codec: str
    max_segment_bytes: int
    hosts: list[str]
    delay_ms: int | UnsetType = UNSET  # 1,000
    zones: list[str] | UnsetType = UNSET  # all
    title: str | UnsetType = UNSET
    lang: str | UnsetType = UNSET  # vi


Document = (
    Playlist | Emergency | Cancel | Silence | StationConfig
    | Command | Head | TimeReply | Ack | StreamGrant | Calendar
)  # fmt: skip
TYPE_OF_KIND: dict[str, type[Document]] = {
    "playlist": Playlist,
    "emergency": Emergency,
    "cancel": Cancel,
    "silence": Silence,
    "station-config": StationConfig,
    "command": Command,
    "head": Head,
    "time": TimeReply,
    "ack": Ack,
    "stream-grant": StreamGrant,
    "calendar": Calendar,
}
