"""The schema of documents beyond their types: one function a kind, no I/O.

Every check raises `SchemaError` with the path of the value, so that a signer's tool can name it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from msgspec import UNSET

from agent.contract.document import (
    MAX_PATTERNS,
    Ack,
    Calendar,
    Cancel,
    Command,
    Document,
    Emergency,
    Head,
    Header,
    Playlist,
    Silence,
    StationConfig,
    StreamGrant,
    TimeReply,
)
from agent.contract.feature import must_be_critical
from agent.contract.ids import DIGEST, KEY_SLOT, is_pattern, parse_place
from agent.contract.station_policy import StationPolicy
from agent.contract.utc import is_utc, parse_utc
from agent.trust.calendar_rules import check_calendar, check_sun_point
from agent.trust.command_rules import check_command
from agent.trust.item_rules import (
    check_description,
    check_emergency_bodies,
    check_media,
    check_playlist,
)
from agent.trust.policy_rules import check_sound_limits, check_windows
from agent.trust.public_key import is_weak_ed25519
from agent.trust.schema_error import SchemaError
from agent.trust.schema_error import require as _require
from agent.trust.scope import CLASSES_OF_KIND, ROLE_NAME

MAX_NUMBER = 2**63 - 1  # the largest integer of SQLite
MAX_CHIME_ZONES = 64
MAX_TEXT = 512
DELAY_MS = range(500, 10_001)  # of a live stream
_DOC_ID = re.compile(r"[0-9a-f]{32}")
_HEX = re.compile(r"[0-9a-f]{8,128}")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_NONCE = re.compile(r"[A-Za-z0-9_-]{8,128}")
_HOST = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*(?::[0-9]{1,5})?")
_HOUR = r"(?:[01]\d|2[0-3]):[0-5]\d"
_CLOCK = re.compile(rf"{_HOUR}|24:00", re.ASCII)


def _check_names(names: list[str], path: str, most: int) -> None:
    _require(len(names) <= most, path, f"at most {most}")
    _require(len(set(names)) == len(names), path, "no name twice")
    for name in names:
        _require(_NAME.fullmatch(name), path, "plain names")


def check_header(document: Header) -> None:
    """The fields that every document carries."""
    _require(ROLE_NAME.fullmatch(document.issuer), "issuer", "a role name")
    _require(document.class_ in CLASSES_OF_KIND[document.kind], "class", "a class of this kind")
    _require(1 <= len(document.to) <= MAX_PATTERNS, "to", f"1 to {MAX_PATTERNS} patterns")
    _require(all(map(is_pattern, document.to)), "to", "province/commune/station patterns")
    _require(_DOC_ID.fullmatch(document.doc_id), "doc_id", "32 hex digits")
    _require(_NAME.fullmatch(document.slot), "slot", "a plain name")
    _require(0 <= document.epoch <= MAX_NUMBER, "epoch", "0 to 2^63-1")
    _require(0 <= document.seq <= MAX_NUMBER, "seq", "0 to 2^63-1")
    for name in ("issued", "not_before", "expires"):
        _require(is_utc(getattr(document, name)), name, "a UTC moment ending in Z")
    expires = parse_utc(document.expires)
    _require(parse_utc(document.issued) < expires, "expires", "later than issued")
    _require(parse_utc(document.not_before) < expires, "expires", "later than not_before")
    for name in ("editor", "approver"):
        _require(len(getattr(document, name)) <= MAX_TEXT, name, f"at most {MAX_TEXT} characters")


def _check_emergency(document: Emergency) -> None:
    _require(_DOC_ID.fullmatch(document.event_id), "event_id", "32 hex digits")
    digests = check_media(document.media)
    _require(
        document.attention in (None, "two-tone") or document.attention in digests,
        "attention", "two-tone, null, or the digest of one of media",
    )  # fmt: skip
    check_emergency_bodies(document.bodies, digests)
    _require(1 <= document.repeat <= 20, "repeat", "1 to 20")
    _require(0 <= document.gap_ms <= 600_000, "gap_ms", "0 to 600000")
    _require(1 <= document.max_ms <= 7_200_000, "max_ms", "1 to 7200000")
    _require(document.nonce is None or _NONCE.fullmatch(document.nonce), "nonce", "a nonce")
    if document.trigger == "key":
        _require(KEY_SLOT.match(document.slot), "slot", "`key` or `key-…` for a prepared alarm")
        _require(document.nonce is None, "nonce", "null for a prepared alarm")
    else:
        _require(not KEY_SLOT.match(document.slot), "slot", "not a slot of prepared alarms")


def _check_cancel(document: Cancel) -> None:
    _require(_DOC_ID.fullmatch(document.cancels), "cancels", "32 hex digits")


def _check_silence(document: Silence) -> None:
    _require(len(document.why) <= MAX_TEXT, "why", f"at most {MAX_TEXT} characters")
    at_once = parse_utc(document.not_before) <= parse_utc(document.issued)
    _require(at_once, "not_before", "not later than issued: a silence acts at once")


def check_policy(policy: StationPolicy) -> None:
    """Windows, days and caps of a station-config."""
    check_windows(policy.quiet_hours, "policy.quiet_hours")
    for name, most in (("sessions_per_day", 1440), ("minutes_per_session", 1440)):
        value = getattr(policy, name)
        _require(value is None or 0 <= value <= most, f"policy.{name}", f"0 to {most}")
    days = policy.weekdays
    if days is not None:
        good = len(set(days)) == len(days) and all(1 <= day <= 7 for day in days)
        _require(good, "policy.weekdays", "1 to 7, none twice")
    _require(len(policy.caps) <= 32, "policy.caps", "at most 32")
    for cap in policy.caps:
        good = all(map(_CLOCK.fullmatch, (cap.from_, cap.to))) and 0 <= cap.dba <= 130
        _require(good, "policy.caps", "HH:MM to HH:MM, 0 to 130 dBA")
    distance_m = policy.cap_distance_m
    _require(distance_m is UNSET or 1 <= distance_m <= 1000, "policy.cap_distance_m", "1 to 1000")
    levels = [] if policy.levels is UNSET else policy.levels
    _require(len(levels) <= 16, "policy.levels", "at most 16")
    for one in levels:
        good = all(map(_CLOCK.fullmatch, (one.from_, one.to))) and -40 <= one.gain_db <= 0
        _require(good, "policy.levels", "HH:MM to HH:MM, -40 to 0 dB")
    check_sound_limits(policy)
    if policy.stagger is not UNSET:
        turn = policy.stagger
        good = 0 <= turn.group <= 63 and 0 <= turn.gap_ms <= 86_400_000
        _require(good, "policy.stagger", "group 0 to 63, gap 0 to 86400000 ms")
    _check_chime(policy)
    if policy.sun_point is not UNSET:
        check_sun_point(policy.sun_point)
    for name in ("relay_hosts", "media_hosts"):
        hosts = getattr(policy, name)
        _require(len(hosts) <= 64, f"policy.{name}", "at most 64")
        _require(all(map(_HOST.fullmatch, hosts)), f"policy.{name}", "host names")


def _check_chime(policy: StationPolicy) -> None:
    check = policy.chime_check
    if check is UNSET:
        return
    days = check.weekdays
    good = 0 < len(set(days)) == len(days) and all(1 <= day <= 7 for day in days)
    good = good and _CLOCK.fullmatch(check.at) is not None and check.at != "24:00"
    _require(good, "policy.chime_check", "HH:MM, weekdays 1 to 7, none twice")
    plain = all(zone == "*" or _NAME.fullmatch(zone) for zone in check.zones)
    is_few = 0 < len(set(check.zones)) == len(check.zones) <= MAX_CHIME_ZONES
    _require(plain and is_few, "policy.chime_check.zones", f"1 to {MAX_CHIME_ZONES} zones, or *")


def _check_station_config(document: StationConfig) -> None:
    try:
        parse_place(document.place)
    except ValueError as error:
        raise SchemaError("place", "province/commune/station") from error
    _check_names(document.groups, "groups", 64)
    _check_names(document.zones, "zones", 256)
    check_policy(document.policy)


def _is_slot_key(key: str) -> bool:
    """Is it `<issuer>/<kind>/<slot>`, the form in which a hello lists held documents?"""
    issuer, _, rest = key.partition("/")
    kind, _, slot = rest.partition("/")
    named = ROLE_NAME.fullmatch(issuer) and _NAME.fullmatch(slot)
    return bool(named) and kind in CLASSES_OF_KIND


def _check_head(document: Head) -> None:
    _require(len(document.slots) <= 256, "slots", "at most 256")
    for key, (epoch, seq, digest) in document.slots.items():
        _require(_is_slot_key(key), "slots", "<issuer>/<kind>/<slot>")
        good = 0 <= epoch <= MAX_NUMBER and 0 <= seq <= MAX_NUMBER and DIGEST.match(digest)
        _require(good, "slots", "[epoch, seq, sha256]")
    _require(len(document.revoked) <= 1024, "revoked", "at most 1024")
    _require(all(map(_DOC_ID.fullmatch, document.revoked)), "revoked", "document ids")
    _require(document.nonce is None or _NONCE.fullmatch(document.nonce), "nonce", "a nonce")
    _require(len(document.emergencies) <= 64, "emergencies", "at most 64")
    _require(all(map(DIGEST.match, document.emergencies)), "emergencies", "sha256 digests")


def _check_time(document: TimeReply) -> None:
    _require(_NONCE.fullmatch(document.nonce), "nonce", "a nonce")
    _require(is_utc(document.utc), "utc", "a UTC moment ending in Z")


def _check_ack(document: Ack) -> None:
    _require(_HEX.fullmatch(document.journal), "journal", "hex digits")
    _require(0 <= document.upto <= MAX_NUMBER, "upto", "0 to 2^63-1")
    _require(DIGEST.match(document.hash), "hash", "64 hex digits")
    _require(0 <= document.window <= 1024, "window", "0 to 1024")


def _check_stream_grant(document: StreamGrant) -> None:
    _require(_HEX.fullmatch(document.stream_id), "stream_id", "hex digits")
    _require(DIGEST.match(document.stream_key), "stream_key", "64 hex digits")
    _require(0 <= document.first_seq <= MAX_NUMBER, "first_seq", "0 to 2^63-1")
    _require(0 < document.max_segment_bytes <= 1 << 20, "max_segment_bytes", "up to 1 MiB")
    _require(document.codec == "opus", "codec", "opus")
    _require(len(document.hosts) <= 16, "hosts", "at most 16")
    _require(all(map(_HOST.fullmatch, document.hosts)), "hosts", "host names")
    _require(not is_weak_ed25519(bytes.fromhex(document.stream_key)), "stream_key", "a strong key")
    if document.delay_ms is not UNSET:
        _require(document.delay_ms in DELAY_MS, "delay_ms", "500 to 10000")
    check_description(document.zones, document.title, document.lang)


_CHECK_OF_TYPE: dict[type[Any], Callable[[Any], None]] = {
    Playlist: check_playlist,
    Emergency: _check_emergency,
    Cancel: _check_cancel,
    Silence: _check_silence,
    StationConfig: _check_station_config,
    Command: check_command,
    Head: _check_head,
    TimeReply: _check_time,
    Ack: _check_ack,
    StreamGrant: _check_stream_grant,
    Calendar: check_calendar,
}


def check_document(document: Document, kind: str) -> None:
    """Check the kind, the header, then the kind's own rules.

    Raises:
        SchemaError: names the first value that breaks a rule.
    """
    _require(document.kind == kind, "kind", kind)
    check_header(document)
    _CHECK_OF_TYPE[type(document)](document)
    unlisted = must_be_critical(document)
    if unlisted and document.crit is not UNSET:
        unlisted = unlisted.difference(document.crit)
    _require(not unlisted, "crit", f"a list with {', '.join(unlisted)}, which is used")
