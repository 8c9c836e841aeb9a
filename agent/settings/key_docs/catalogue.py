"""All keys of station.yaml with their meaning.

A test fails for a key of the model that has no line here, and for a line without a key. Only the
schema, the reference page and the report of a fault use it; the running agent never loads it.
"""

from __future__ import annotations

from agent.settings.key_docs.boards import BOARDS
from agent.settings.key_docs.entry import KeyDoc
from agent.settings.key_docs.outputs import OUTPUTS
from agent.settings.key_docs.site import SITE
from agent.settings.key_docs.station import STATION
from agent.settings.key_docs.voice import VOICE

KEYS: dict[str, KeyDoc] = {**STATION, **OUTPUTS, **BOARDS, **SITE, **VOICE}
_UNITS = {"_ms": "ms", "_s": "s", "_m": "m", "_db": "dB", "_px": "px"}


def unit_of(path: str) -> str:
    """The unit of a key: the end of its name, or the unit in its `KeyDoc`."""
    return KEYS[path].unit or next((unit for end, unit in _UNITS.items() if path.endswith(end)), "")
