"""What this release does with the parts of the contract that not every release has.

A part is named like a member in `crit`: the path of a member, or the path, `=` and a value. Whoever
builds one changes its word in `PARTS`; boxes, `hello`, `sign`, `publish` and the summary for the
signer follow. What else names it is its text in `central/messages/support_messages.py`: a test
says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import UNSET

from agent.contract.document import Command, Document, Entry, Playlist, StationConfig
from agent.contract.scene import Scene, each_element
from agent.contract.station_policy import StationPolicy

Support = Literal["applied", "refused", "not obeyed"]
"""`refused`: with `E_UNSUPPORTED`, by `sign` too. `not obeyed`: accepted, without effect; whoever
signs is told so."""

ADVERT = "entries.advert"
FILLER = "filler"
LIVE = "kind=stream-grant"
RELAY = "entries.body.relay"
CALENDAR = "kind=calendar"
DAYS, EXCEPT_DAYS = "entries.when.days", "entries.when.except_days"
SUN, MUSIC = "entries.when.sun", "entries.music"
STAGGERED = "entries.sync.kind=staggered"
TICKER = "entries.body.scene.elements.ticker_ms"  # a box without it shows the text at rest
FIT = "entries.body.scene.elements.fit"  # a box without it shows the picture whole
REGIONS = "entries.body.scene.regions"  # a box without them shows the first turns
FADE = "entries.body.scene.fade_ms"  # a box without it cuts
COUNTDOWN = "entries.body.scene.elements.count_to"  # a box without it shows the text alone
FULL_CLOCK = "entries.body.scene.elements.full_format"  # a box without it shows `format`
FACE_NAME = "entries.body.scene.elements.face_name"  # a box without it shows `{face}`
BANNER = "entries.banner"
STANDBY = "entries.standby"  # a box without it plans the scene by its times
INPUT = "entries.body.scene.input"  # critical: nobody has signed what is seen there
WITH = "entries.with"  # a box without it shows the picture by its own times
VIDEO = "entries.body.scene.elements.kind=video"  # a box of 0.1.0 refuses it by this name
MUTE, UNMUTE = "do=mute", "do=unmute"
BLANK, UNBLANK, DIM = "do=blank", "do=unblank", "do=dim"
SCREENSHOT = "do=screenshot"
NAMED_COMMANDS = frozenset({MUTE, UNMUTE, BLANK, UNBLANK, DIM, SCREENSHOT})
CHIME_CHECK = "policy.chime_check"
TURN = "policy.stagger"  # known to each box that has `STAGGERED`, and named by none
PHRASES = "bodies.phrases"  # a box without them waits for the recording: nothing is refused
CAP_DISTANCE, LEVELS = "policy.cap_distance_m", "policy.levels"
ADVERTS, MAINTENANCE = "policy.adverts", "policy.maintenance"
ZONE_CLASSES = "policy.zone_classes"
FACE_ISSUERS = "policy.face_issuers"
SITE_WORK = "policy.site_work"
PARTS: dict[str, Support] = {
    ADVERT: "applied",
    FILLER: "applied",
    "policy.caps": "applied",
    CAP_DISTANCE: "applied",
    LEVELS: "applied",
    ADVERTS: "applied",
    MAINTENANCE: "applied",
    ZONE_CLASSES: "applied",
    FACE_ISSUERS: "applied",
    SITE_WORK: "applied",
    CHIME_CHECK: "applied",
    "policy.mic": "applied",
    "kind=command": "applied",
    MUTE: "applied",
    UNMUTE: "applied",
    BLANK: "applied",
    UNBLANK: "applied",
    DIM: "applied",
    SCREENSHOT: "applied",
    "do=resend": "refused",
    LIVE: "applied",
    "entries.start.kind=next": "applied",
    "entries.start.kind=within": "applied",
    "entries.start.kind=after": "applied",
    RELAY: "applied",
    "entries.body.text.say": "applied",
    VIDEO: "applied",
    STAGGERED: "applied",
    PHRASES: "applied",
    "policy.relay_hosts": "applied",
    CALENDAR: "applied",
    DAYS: "applied",
    EXCEPT_DAYS: "applied",
    SUN: "applied",
    MUSIC: "applied",
    TICKER: "applied",
    FIT: "applied",
    REGIONS: "applied",
    FADE: "applied",
    COUNTDOWN: "applied",
    FULL_CLOCK: "applied",
    FACE_NAME: "applied",
    STANDBY: "applied",
    WITH: "applied",
    BANNER: "applied",
    INPUT: "applied",
}
FEATURES: tuple[str, ...] = tuple(name for name, word in PARTS.items() if word == "applied")
UNSUPPORTED = frozenset(name for name, word in PARTS.items() if word == "refused")


# What a box without it applies all the same, in another way: `publish` names such boxes.
IGNORED_ELSEWHERE = frozenset(
    {
        STAGGERED, MUSIC, CHIME_CHECK, TURN, TICKER, FIT, REGIONS, FADE, COUNTDOWN, FULL_CLOCK,
        FACE_NAME, STANDBY, WITH,
    }
)  # fmt: skip


def needed_features(document: Document) -> frozenset[str]:
    """The features beyond the common ones without which a box refuses a document."""
    listed = document.crit if isinstance(document.crit, list) else ()
    return frozenset({*listed, *used_features(document)}) - IGNORED_ELSEWHERE


def ignored_features(document: Document) -> frozenset[str]:
    """What a document uses that a box without it applies in another way, and does not refuse."""
    found = IGNORED_ELSEWHERE.intersection(used_features(document))
    if isinstance(document, StationConfig) and document.policy.stagger is not UNSET:
        found |= {TURN} if document.policy.stagger.group else set()
    return found


def must_be_critical(document: Document) -> frozenset[str]:
    """The names that a document must list in `crit`: a box without them would misapply it."""
    if isinstance(document, Playlist):
        special = [one for one in document.entries if _is_special(one)]
        names = frozenset(name for one in special for name in _critical_parts(one))
        return names | {FILLER} if document.filler is True else names
    if isinstance(document, StationConfig):
        return frozenset(_critical_limits(document.policy))
    if isinstance(document, Command):
        return NAMED_COMMANDS & {f"do={document.do}"}
    return frozenset()


def _critical_limits(policy: StationPolicy) -> Iterator[str]:
    used = {
        CAP_DISTANCE: policy.cap_distance_m,
        LEVELS: policy.levels,
        ADVERTS: policy.adverts,
        MAINTENANCE: policy.maintenance,
        ZONE_CLASSES: policy.zone_classes,
        FACE_ISSUERS: policy.face_issuers,
        SITE_WORK: policy.site_work,
    }
    yield from (name for name, value in used.items() if value is not UNSET)


def _is_special(entry: Entry) -> bool:
    """Has it a critical part? A quick check: most entries have none."""
    when, scene = entry.when, entry.body.scene
    if scene is not None and scene.input is not UNSET:
        return True
    is_ruled = not when.days is when.except_days is when.sun is UNSET
    return is_ruled or entry.advert is True or entry.banner is not UNSET


def _critical_parts(entry: Entry) -> Iterator[str]:
    when = entry.when
    if entry.advert is True:
        yield ADVERT
    if entry.body.scene is not None and entry.body.scene.input is not UNSET:
        yield INPUT
    used = {
        DAYS: when.days, EXCEPT_DAYS: when.except_days, SUN: when.sun, BANNER: entry.banner,
    }  # fmt: skip
    yield from (name for name, value in used.items() if value is not UNSET)


def used_features(document: Document) -> Iterator[str]:
    """The names in `FEATURES` and `UNSUPPORTED` that a document uses."""
    yield from _listed(document_parts(document))
    for entry in document.entries if isinstance(document, Playlist) else ():
        yield from _listed(entry_parts(entry))


def refused_parts(names: Iterable[str]) -> list[str]:
    """Those that this release refuses, of the names of `document_parts` or `entry_parts`."""
    return [name for name in names if PARTS.get(name) == "refused"]


def document_parts(document: Document) -> Iterator[str]:
    """The names of what a document is, without its entries."""
    yield f"kind={document.kind}"
    if isinstance(document, Command):
        yield f"do={document.do}"
    if isinstance(document, Playlist) and document.filler is True:
        yield FILLER
    if isinstance(document, StationConfig) and document.policy.chime_check is not UNSET:
        yield CHIME_CHECK


def entry_parts(entry: Entry) -> Iterator[str]:
    """The names of what a box needs to play an entry."""
    body = entry.body
    if _is_special(entry):
        yield from _critical_parts(entry)
    if entry.music is True:
        yield MUSIC
    if entry.standby is True:
        yield STANDBY
    if entry.with_ is not UNSET:
        yield WITH
    yield f"entries.start.kind={entry.start.kind}"
    yield f"entries.sync.kind={entry.sync.kind}"
    if body.relay is not None:
        yield RELAY
    if body.text is not None and body.text.say is not None:
        yield "entries.body.text.say"
    if body.scene is not None:
        yield from _scene_parts(body.scene)


def _scene_parts(scene: Scene) -> Iterator[str]:
    elements = list(each_element(scene))
    kinds = dict.fromkeys(element.kind for element in elements)
    yield from (f"entries.body.scene.elements.kind={kind}" for kind in kinds)
    if scene.regions is not UNSET:
        yield REGIONS
    if scene.fade_ms is not UNSET:
        yield FADE
    used = {
        TICKER: any(element.ticker_ms is not UNSET for element in elements),
        FIT: any(element.fit is not UNSET for element in elements),
        COUNTDOWN: any(element.count_to is not UNSET for element in elements),
        FULL_CLOCK: any(element.full_format is not UNSET for element in elements),
        FACE_NAME: any(element.face_name is not UNSET for element in elements),
    }
    yield from (name for name, is_used in used.items() if is_used)


def _listed(names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if PARTS.get(name) in ("applied", "refused"))
