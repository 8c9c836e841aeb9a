"""The access rules of docs/authority.md for NATS and RabbitMQ: one user for each certificate.

Neither has a pattern like Mosquitto's `%u` that serves every station, so a station is a few lines
of its own. A station writes under its own name only; it reads its own documents, those of groups,
the centre's state and the authority's files. Whoever speaks live writes live segments, no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from central.live.live_line import LIVE

READABLE = ("d.{station}", "g.*", "c", "auth")


def nats_users(stations: Iterable[str], centre: str) -> str:
    """The `authorization` block: MQTT's `/` is `.` here, and `#` needs the level above it too."""
    live = (
        f'    {{ user: "CN={LIVE}", permissions: {{\n'
        '        publish: ["tramtin.1.g.*.live.*", "tramtin.1.d.*.live.*"],\n'
        '        subscribe: { deny: ">" } } }'
    )
    lines = [f'    {{ user: "CN={centre}" }}', live, *map(_nats_station, stations)]
    return "authorization {\n  users: [\n" + "\n".join(lines) + "\n  ]\n}\n"


def _nats_station(station: str) -> str:
    roots = [f"tramtin.1.{one.format(station=station)}" for one in READABLE]
    read = ", ".join(f'"{subject}"' for root in roots for subject in (root, f"{root}.>"))
    return (
        f'    {{ user: "CN={station}", permissions: {{\n'
        f'        publish: ["tramtin.1.u.*.{station}.>"],\n'
        f'        subscribe: [{read}, "$MQTT.sub.>"] }} }}'
    )


def rabbit_definitions(stations: Iterable[str], centre: str) -> dict[str, Any]:
    """What `load_definitions` takes: users without a password, and what each may do."""
    stations = list(stations)
    names = [centre, LIVE, *stations]
    user = {"password_hash": "", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": ""}
    return {
        "vhosts": [{"name": "/"}],
        "users": [{"name": name, **user} for name in names],
        "permissions": [_rabbit_permission(name) for name in names if name != LIVE]
        + [{"user": LIVE, "vhost": "/", "configure": "^$", "write": r"^amq\.topic$", "read": "^$"}],
        "topic_permissions": [
            *map(_rabbit_topics, stations),
            {"user": centre, **_ON_TOPICS, "write": r"^tramtin\.1\.", "read": r"^tramtin\.1\."},
            {"user": LIVE, **_ON_TOPICS, "write": _LIVE_TOPICS, "read": "^$"},
        ],
    }


_LIVE_TOPICS = r"^tramtin\.1\.[dg]\.[^.]+\.live\.[^.]+$"
_ON_TOPICS = {"vhost": "/", "exchange": "amq.topic"}


def _rabbit_permission(name: str) -> dict[str, str]:
    """Its own queues, named after its client id, and the exchange of topics."""
    own = rf"mqtt-subscription-{re.escape(name)}qos[01]"
    return {
        "user": name, "vhost": "/", "configure": f"^{own}$", "write": rf"^({own}|amq\.topic)$",
        "read": rf"^({own}|amq\.topic)$",
    }  # fmt: skip


def _rabbit_topics(station: str) -> dict[str, str]:
    name = re.escape(station)
    return {
        "user": station, **_ON_TOPICS, "write": rf"^tramtin\.1\.u\.[0-9][0-9]\.{name}\.",
        "read": rf"^tramtin\.1\.(d\.{name}|g\.[^.#]+|c|auth)\.",
    }  # fmt: skip
