"""Which classes of bulletin may sound at which clusters, by the kind of their surroundings.

The policy names kinds; which cluster is of which kind the station's own settings say, so the centre
cannot tell beforehand. A sound for several clusters loses those that its class may not use.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ZoneClasses:
    """The classes that each kind of cluster is open to; a kind without an entry is open to all.

    Args:
        open_to: kind of cluster → classes. An emergency needs no entry.
        kinds: name of a cluster → its kind.
    """

    open_to: Mapping[str, frozenset[str]] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)

    def find_barred(self, class_: str, zones: Iterable[str]) -> list[str]:
        """The clusters among `zones` (`*` is all) where this class may not sound."""
        closed = {kind for kind, classes in self.open_to.items() if class_ not in classes}
        if not closed or class_ == "emergency":
            return []
        wanted = set(zones)
        return [
            name
            for name, kind in self.kinds.items()
            if kind in closed and ("*" in wanted or name in wanted)
        ]

    def leave_out(self, barred: Sequence[str], zones: Sequence[str]) -> list[str]:
        """The clusters of `zones` without the barred ones; empty: none is left."""
        left = self.kinds if "*" in zones else zones
        return [name for name in left if name not in barred] if barred else list(zones)

    def name_rule(self, barred: Sequence[str]) -> str:
        """As a refusal names it: `zone_classes special: truong-hoc, chua`."""
        kinds = dict.fromkeys(self.kinds[name] for name in barred)
        return f"zone_classes {', '.join(kinds)}: {', '.join(barred)}"
