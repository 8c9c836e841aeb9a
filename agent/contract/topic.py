"""The MQTT topic tree under `tramtin/1/`."""

from __future__ import annotations

import re
import zlib

import msgspec

from agent.contract.ident import StationId

ROOT = "tramtin/1"
CENTRE_STATE = f"{ROOT}/c/state"
_NAME = re.compile(r"^[A-Za-z0-9._-]{1,64}\Z")


class Topic(msgspec.Struct, frozen=True):
    """Where a downlink message came in.

    `station` is set for `d/<station>/...`, `group` for `g/<group>/...`; `slot` is empty for `ack`
    and for kinds that have none.
    """

    kind: str
    slot: str = ""
    station: str | None = None
    group: str | None = None


def parse_topic(text: str) -> Topic:
    """Read a downlink topic.

    Raises:
        ValueError: the topic is not one on which documents come down.
    """
    parts = text.split("/")
    if "/".join(parts[:2]) != ROOT or not all(_NAME.match(part) for part in parts):
        raise ValueError(f"not a topic of ours: {text!r}")
    match parts[2:]:
        case ["d", station, kind]:
            return Topic(kind=kind, station=station)
        case ["d", station, kind, slot]:
            return Topic(kind=kind, slot=slot, station=station)
        case ["g", group, kind, slot]:
            return Topic(kind=kind, slot=slot, group=group)
    raise ValueError(f"not a downlink topic: {text!r}")


def build_station_topic(station: str, kind: str, slot: str = "") -> str:
    """`tramtin/1/d/<station>/<kind>[/<slot>]`."""
    return "/".join(part for part in (ROOT, "d", station, kind, slot) if part)


def build_group_topic(group: str, kind: str, slot: str) -> str:
    """`tramtin/1/g/<group>/<kind>/<slot>`."""
    return f"{ROOT}/g/{group}/{kind}/{slot}"


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
