"""The schema of media, playlist entries and bodies."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from functools import lru_cache

from msgspec import UNSET

from agent.contract.document import (
    MAX_ENTRIES,
    Body,
    EmergencyBody,
    Entry,
    EntryStart,
    Medium,
    Playlist,
    TextBody,
    When,
)
from agent.contract.ids import BASE_SLOT
from agent.contract.scene import Element, Scene
from agent.trust.calendar_rules import check_day_rules
from agent.trust.scene_rules import check_scene
from agent.trust.schema_error import SchemaError
from agent.trust.schema_error import require as _require

DAY_MS = 86_400_000
MAX_MEDIUM_BYTES = 1 << 31
MAX_TITLE = 256
MAX_SPOKEN = 8_000
MAX_FIELD = 6
MAX_PHRASES = 256  # as many as a playlist entry may have media
STILL_KINDS = ("text", "image", "qr")
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LANG = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_MIME = re.compile(r"(?:audio|image|video)/[a-z0-9.+-]{1,64}")
_AT = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d", re.ASCII)
_HEX = re.compile(r"[0-9a-f]+")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


# Playlists repeat the same few texts in every entry: the caches check each text once.
@lru_cache(maxsize=1024)
def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=4096)
def _is_clock(text: str) -> bool:
    return _AT.fullmatch(text) is not None


@lru_cache(maxsize=1024)
def _is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


@lru_cache(maxsize=128)
def _is_lang(text: str) -> bool:
    return _LANG.fullmatch(text) is not None


@lru_cache(maxsize=64)
def _is_mime(text: str) -> bool:
    return _MIME.fullmatch(text) is not None


def _is_digest(text: str) -> bool:
    return len(text) == 64 and _HEX.fullmatch(text) is not None


def check_media(media: list[Medium]) -> frozenset[str]:
    """Check the media list; returns its digests."""
    digests = frozenset([medium.sha256 for medium in media])
    _require(len(digests) == len(media), "media", "without a digest twice")
    # One pass over all digests: each has 64 characters, and all characters are hex digits.
    good = not digests or (set(map(len, digests)) == {64} and _HEX.fullmatch("".join(digests)))
    _require(good, "media", "sha256 in 64 hex digits")
    for index, medium in enumerate(media):
        if not (
            0 < medium.bytes <= MAX_MEDIUM_BYTES
            and 0 <= medium.duration_ms <= DAY_MS
            and _is_mime(medium.mime)
            and len(medium.urls) <= 8
        ):
            raise SchemaError(f"media[{index}]", "of sane size, duration, MIME type and URLs")
    return digests


@lru_cache(maxsize=256)
def _are_weekdays(days: tuple[int, ...]) -> bool:
    return bool(days) and len(set(days)) == len(days) and min(days) >= 1 and max(days) <= 7


@lru_cache(maxsize=256)
def _are_dates(first: str, last: str) -> bool:
    return _is_date(first) and _is_date(last) and first <= last


def _check_when(when: When, *, least: int) -> None:
    at = when.at
    is_one = len(at) == 1 and _is_clock(at[0])  # the usual case
    if not is_one and (
        not least <= len(at) <= 1440 or len(set(at)) != len(at) or not all(map(_is_clock, at))
    ):
        raise SchemaError("when.at", "local clock times HH:MM:SS, none twice")
    if not _are_weekdays(tuple(when.weekdays)):
        raise SchemaError("when.weekdays", "1 to 7, none twice")
    if not _are_dates(when.from_, when.until):
        raise SchemaError("when.from", "a date, and until not before it")
    if when.except_ and (len(when.except_) > 366 or not all(map(_is_date, when.except_))):
        raise SchemaError("when.except", "dates")
    if not when.days is when.except_days is when.sun is UNSET:
        check_day_rules(when)


def _check_start(start: EntryStart, own_id: str, ids: Collection[str]) -> None:
    kind, ms, other = start.kind, start.ms, start.entry
    if kind in ("at", "next") and ms is None and other is None:
        return
    if (kind == "within") != (ms is not None) or (ms is not None and not 0 < ms <= DAY_MS):
        raise SchemaError("start.ms", "given for `within` only, 1 to 86400000")
    if (kind == "after") != (other is not None) or other == own_id:
        raise SchemaError("start.entry", "given for `after` only, another entry")
    if other is not None and other not in ids:
        raise SchemaError("start.entry", "the id of an entry")


def _check_text(text: TextBody, path: str) -> None:
    texts = [part for part in (text.say, text.show) if part is not None]
    _require(texts, path, "something to say or to show")
    _require(all(0 < len(part) <= MAX_SPOKEN for part in texts), path, "1 to 8000 characters")


def _check_body(body: Body, digests: frozenset[str]) -> None:
    if (body.media, body.relay, body.text, body.scene).count(None) != 3:
        raise SchemaError("body", "exactly one of media, relay, text, scene")
    if not (1 <= body.repeat <= 1000 and 0 <= body.gap_ms <= DAY_MS):
        raise SchemaError("body", "repeated 1 to 1000 times, gap 0 to 86400000 ms")
    if body.media is not None:
        if not (1 <= len(body.media) <= 256 and digests.issuperset(body.media)):
            raise SchemaError("body.media", "digests listed in media")
    elif body.relay is not None:
        key = body.relay.host_key
        _require(key is None or _is_digest(key), "body.relay.host_key", "64 hex digits")
    elif body.text is not None:
        _check_text(body.text, "body.text")
    elif body.scene is not None:
        is_once = body.scene.input is UNSET or body.repeat == 1
        _require(is_once, "body.repeat", "1 beside scene.input")
        check_scene(body.scene, "body.scene", digests)


def _are_zones(zones: list[str]) -> bool:
    if zones == ["*"]:
        return True
    return 1 <= len(zones) <= 64 and all(zone == "*" or _is_id(zone) for zone in zones)


def _check_entry(entry: Entry, ids: Collection[str], digests: frozenset[str]) -> None:
    if not (_is_id(entry.id) and 0 < len(entry.title) <= MAX_TITLE and _is_lang(entry.lang)):
        raise SchemaError("id", "an id, a title and a language")
    if not _are_zones(entry.zones):
        raise SchemaError("zones", "1 to 64 zone names, or *")
    is_placed = entry.start.kind == "after" or entry.when.sun is not UNSET
    _check_when(entry.when, least=0 if is_placed else 1)
    _check_start(entry.start, entry.id, ids)
    _check_body(entry.body, digests)
    if entry.max_ms is not None and not 0 < entry.max_ms <= DAY_MS:
        raise SchemaError("max_ms", "1 to 86400000")
    if not 0 <= entry.sync.gap_ms <= DAY_MS:
        raise SchemaError("sync", "gap 0 to 86400000 ms")
    if entry.standby is True:
        _check_standby(entry.body.scene)
    if entry.banner is not UNSET:
        scene, is_other = entry.body.scene, entry.standby is True
        is_strip = scene is not None and scene.regions is UNSET and not is_other
        _require(is_strip, "banner", "a scene without regions, and no standby picture")
    if not entry.field is entry.source is entry.ref is UNSET:
        _check_description(entry)
    if entry.with_ is not UNSET:
        is_other = _is_id(entry.with_) and entry.with_ != entry.id
        _require(is_other and entry.body.scene is not None, "with", "of a scene: another entry")


def _check_standby(scene: Scene | None) -> None:
    """It is drawn once and shown without an agent: nothing in it may move or tell a time."""
    is_still = scene is not None and scene.regions is UNSET and all(map(_is_still, scene.elements))
    _require(is_still, "standby", "a scene of texts at rest, images and QR codes")


def _is_still(element: Element) -> bool:
    return element.kind in STILL_KINDS and element.ticker_ms is element.count_to is UNSET


def _check_description(entry: Entry) -> None:
    field = entry.field
    if field is not UNSET and not 1 <= field <= MAX_FIELD:
        raise SchemaError("field", f"1 to {MAX_FIELD}")
    for name in ("source", "ref"):
        text = getattr(entry, name)
        if text is not UNSET and not 0 < len(text) <= MAX_TITLE:
            raise SchemaError(name, f"1 to {MAX_TITLE} characters")


def check_playlist(document: Playlist) -> None:
    """Check a playlist's media and entries."""
    _require(len(document.entries) <= MAX_ENTRIES, "entries", f"at most {MAX_ENTRIES}")
    is_base = document.slot == BASE_SLOT and document.class_ == "routine"
    _require(document.filler is not True or is_base, "filler", "only in slot base, class routine")
    digests = check_media(document.media)
    standby = next((one for one in document.entries if one.standby is True), None)
    _require(standby is None or is_base, "entries.standby", "only in slot base, class routine")
    ids = {entry.id for entry in document.entries}
    _require(len(ids) == len(document.entries), "entries", "without an id twice")
    for index, entry in enumerate(document.entries):
        try:
            _check_entry(entry, ids, digests)
        except SchemaError as error:
            raise SchemaError(f"entries[{index}].{error.path}", error.expected) from None


def check_emergency_bodies(bodies: list[EmergencyBody], digests: Collection[str]) -> None:
    """Check an emergency's messages, one a language."""
    _require(1 <= len(bodies) <= 16, "bodies", "1 to 16 messages")
    for index, body in enumerate(bodies):
        path = f"bodies[{index}]"
        _require(_is_lang(body.lang), f"{path}.lang", "a language code")
        _require(body.media or body.text, path, "recorded media, or text")
        for digest in body.media or ():
            _require(digest in digests, f"{path}.media", "digests listed in media")
        if body.phrases is not UNSET:
            is_good = 1 <= len(body.phrases) <= MAX_PHRASES and set(digests) >= set(body.phrases)
            _require(is_good, f"{path}.phrases", f"1 to {MAX_PHRASES} digests listed in media")
        if body.text is not None:
            _check_text(body.text, f"{path}.text")


def check_description(zones: object, title: object, lang: object) -> None:
    """Check what a stream-grant says of its stream; UNSET: it does not say it."""
    if isinstance(zones, list) and not _are_zones(zones):
        raise SchemaError("zones", "1 to 64 zone names, or *")
    if isinstance(title, str):
        _require(1 <= len(title) <= MAX_TITLE, "title", f"1 to {MAX_TITLE} characters")
    if isinstance(lang, str):
        _require(_is_lang(lang), "lang", "a language code")
