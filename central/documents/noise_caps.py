"""The noise regulations as a table, each figure with its edition and source: a hint for a policy.

Nothing of it is imposed: a box obeys the caps that a station-config signs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from agent.contract.station_policy import Cap
from agent.errors import YamlFaults
from central.messages.catalogue import translate
from strict_yaml.loader import load_yaml
from texts.catalogue import Lang

TABLE = Path(__file__).with_name("noise_caps.yaml")


class CapRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One limit, as `agent.contract.station_policy.Cap`."""

    zone_kind: Literal["ordinary", "special"]
    from_: str = msgspec.field(name="from")
    to: str
    dba: int


class NoiseEdition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One edition of the regulation.

    Args:
        name: as it is cited.
        issued: day, ISO.
        act: by which it was issued.
        checked: the day on which somebody compared this entry with its sources.
        sources: addresses.
        caps: its limits; empty: nobody has entered them.
        replaced_by: the name of the edition after it.
    """

    name: str
    issued: str
    act: str
    checked: str
    sources: list[str]
    caps: list[CapRow]
    replaced_by: str | None = None

    def policy_caps(self) -> list[Cap]:
        """The limits as a policy states them."""
        return [Cap(row.zone_kind, row.from_, row.to, row.dba) for row in self.caps]


class _NoiseTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    editions: list[NoiseEdition]


def load_noise_editions(path: Path = TABLE) -> list[NoiseEdition]:
    """All editions, in the order of the file.

    Raises:
        YamlFaults: the file has faults, with line and column.
    """
    table, _, faults = load_yaml(path.read_text(encoding="utf-8"), _NoiseTable, path.name)
    if table is None or faults:
        raise YamlFaults(faults)
    return table.editions


def describe_noise_edition(edition: NoiseEdition, lang: Lang) -> Iterator[str]:
    """The edition in words, its limits and where they come from."""
    yield f"{edition.name} ({edition.act}, {edition.issued})"
    if edition.replaced_by is not None:
        yield translate(lang, "noise.replaced", edition.replaced_by)
    if not edition.caps:
        yield translate(lang, "noise.no_figures")
    for row in edition.caps:
        kind = translate(lang, f"zone.{row.zone_kind}")
        yield f"  {row.from_}–{row.to}, {kind}: {row.dba} dBA"
    yield translate(lang, "noise.checked", edition.checked, " ".join(edition.sources))
