"""The MQTT topic tree under `tramtin/1/`.

A level consists of ASCII letters, digits, `-` and `_`, which every broker carries unchanged. Names
may also contain `.` and `_`; both are escaped as in a URL, with `_` in place of `%`
(docs/decisions/0030).
"""

from __future__ import annotations

import re
import zlib

import msgspec

from agent.contract.ids import StationId

ROOT = "tramtin/1"
CENTRE_STATE = f"{ROOT}/c/state"
AUTHORITY = f"{ROOT}/auth"
_PLAIN = re.compile(r"^[A-Za-z0-9-]{1,64}\Z")
_LEVEL = re.compile(r"^(?:[A-Za-z0-9-]|_2e|_5f)+\Z")
MAX_NAME = 64  # characters of a slot or group, escaped or not
MAX_FILE_NAME = 128  # characters of the name of an authority file


class Topic(msgspec.Struct, frozen=True):
    """The topic of a downlink message; slot and group as documents name them, not escaped.

    `station` is set for `d/<station>/...`, `group` for `g/<group>/...`; `slot` is empty for `ack`
    and for kinds that have none.
    """

    kind: str
    slot: str = ""
    station: str | None = None
    group: str | None = None


def encode_level(name: str) -> str:
    """`84.29266` as `84_2e29266`, `a_b` as `a_5fb`; all other characters stay."""
    return name.replace("_", "_5f").replace(".", "_2e")


def decode_level(level: str, most: int = MAX_NAME) -> str:
    """The name behind a topic level; each name has exactly one level.

    Raises:
        ValueError: not what `encode_level` makes of a name of 1 to `most` characters.
    """
    if len(level) > 3 * most or not _LEVEL.match(level):
        raise ValueError(f"not a topic level: {level[:120]!r}")
    name = level.replace("_2e", ".").replace("_5f", "_")
    if len(name) > most:
        raise ValueError(f"a name of more than {most} characters: {level[:120]!r}")
    return name


def parse_topic(text: str) -> Topic:
    """Read a downlink topic.

    Raises:
        ValueError: it is not a downlink topic.
    """
    if not text.startswith(f"{ROOT}/"):
        raise ValueError(f"not a topic of ours: {text[:120]!r}")
    match text.split("/")[2:]:
        case ["d", station, kind] if _is_plain(station, kind):
            return Topic(kind=kind, station=station)
        case ["d", station, kind, slot] if _is_plain(station, kind):
            return Topic(kind=kind, slot=decode_level(slot), station=station)
        case ["g", group, kind, slot] if _is_plain(kind):
            return Topic(kind=kind, slot=decode_level(slot), group=decode_level(group))
    raise ValueError(f"not a downlink topic: {text[:120]!r}")


def _is_plain(*levels: str) -> bool:
    return all(_PLAIN.match(level) for level in levels)


def build_station_topic(station: str, kind: str, slot: str = "") -> str:
    """`tramtin/1/d/<station>/<kind>[/<slot>]`."""
    return "/".join(part for part in (ROOT, "d", station, kind, encode_level(slot)) if part)


def build_group_topic(group: str, kind: str, slot: str) -> str:
    """`tramtin/1/g/<group>/<kind>/<slot>`."""
    return f"{ROOT}/g/{encode_level(group)}/{kind}/{encode_level(slot)}"


def build_group_filter(group: str) -> str:
    """`tramtin/1/g/<group>/#`: all documents of a group."""
    return f"{ROOT}/g/{encode_level(group)}/#"


def build_authority_topic(file: str) -> str:
    """`tramtin/1/auth/<file>`, where a file of the authority such as `3.root.json` is retained."""
    return f"{AUTHORITY}/{encode_level(file)}"


def parse_authority_topic(text: str) -> str:
    """The name of the authority's file that a topic carries.

    Raises:
        ValueError: not a topic of the authority.
    """
    level = text.removeprefix(f"{AUTHORITY}/")
    if level == text:
        raise ValueError(f"not a topic of the authority: {text[:120]!r}")
    return decode_level(level, MAX_FILE_NAME)


def build_uplink_topic(station: StationId, channel: str) -> str:
    """`tramtin/1/u/<shard>/<station>/<channel>`; shard = crc32(station) modulo 64, two digits."""
    return f"{ROOT}/u/{zlib.crc32(station.encode()) % 64:02d}/{station}/{channel}"


def parse_uplink_topic(text: str) -> tuple[StationId, str]:
    """Station and channel of an uplink topic.

    Raises:
        ValueError: not an uplink topic, or its shard is not the station's.
    """
    parts = text.split("/")
    if len(parts) == 6 and parts[:3] == ["tramtin", "1", "u"]:
        station = StationId(parts[4])
        if build_uplink_topic(station, parts[5]) == text:
            return station, parts[5]
    raise ValueError(f"not an uplink topic: {text!r}")
