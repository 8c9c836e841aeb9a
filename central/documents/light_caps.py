"""How bright boards may be by night, as a table with sources: a hint for a policy.

Nothing of it is imposed: a box obeys the caps that a station-config signs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from agent.contract.station_policy import BoardLightCaps
from agent.errors import YamlFaults
from central.messages.catalogue import translate
from strict_yaml.loader import load_yaml
from texts.catalogue import Lang

TABLE = Path(__file__).with_name("light_caps.yaml")


class LightLimit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A limit by one source.

    Args:
        name: for the command line.
        of: who says so.
        night_nits: at most by night, of an all white picture, in cd/m².
        checked: the day on which somebody read it there.
        source: its address.
    """

    name: str
    of: str
    night_nits: Annotated[int, Meta(ge=1, le=10_000)]
    checked: str
    source: str

    def policy_caps(self, white_nits: int) -> BoardLightCaps:
        """The limit as a policy states it, for walls that give so much light when all white.

        A wall's light goes with its brightness in per cent; what is less than one is one.
        """
        return BoardLightCaps(night_pct=min(100, max(1, self.night_nits * 100 // white_nits)))


class _LightTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    limits: list[LightLimit]


def load_light_limits(path: Path = TABLE) -> list[LightLimit]:
    """All limits, in the order of the file.

    Raises:
        YamlFaults: the file has faults, with line and column.
    """
    table, _, faults = load_yaml(path.read_text(encoding="utf-8"), _LightTable, path.name)
    if table is None or faults:
        raise YamlFaults(faults)
    return table.limits


def describe_light_limit(limit: LightLimit, white_nits: int, lang: Lang) -> Iterator[str]:
    """The limit in words, what it is in per cent, and where it comes from."""
    night_pct = limit.policy_caps(white_nits).night_pct
    yield f"{limit.name}: {limit.of}"
    yield translate(lang, "light.night", limit.night_nits, white_nits, night_pct)
    yield translate(lang, "noise.checked", limit.checked, limit.source)
