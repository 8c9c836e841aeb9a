"""Settings of a station with a loudspeaker and a board, as decoded from YAML."""

from __future__ import annotations

from typing import Any

SETTINGS: dict[str, Any] = {
    "station": "tv-cl-0007",
    "broker": {"host": "mqtt.example.vn", "ca": "/a", "cert": "/b", "key": "/c"},
    "root": "/r",
    "state": "/",
    "outputs": [
        {
            "name": "loa",
            "audio": {"driver": "portaudio", "device": "default"},
            "zones": [
                {"name": "nga-ba", "switch": {"profile": "sim-amplifier"}},
                {"name": "nha-van-hoa"},
            ],
        },
        {
            "name": "bang-tin",
            "board": {"profile": "png", "path": "/b"},
            "faces": [{"name": "mat-truoc", "width_px": 64, "height_px": 32}],
        },
    ],
    "page": {},
}
