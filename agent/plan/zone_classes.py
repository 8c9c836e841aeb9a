"""Which classes of bulletin may sound at which clusters, by the kind of their surroundings.

The policy names kinds; which cluster is of which kind the station's own settings say, and its hello
tells the centre. A sound for several clusters loses those that its class may not use.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class ZoneClasses:
    """The classes that each kind of cluster is open to; a kind without an entry is open to all.

    Args:
        open_to: kind of cluster → classes. An emergency needs no entry.
        kinds: name of a cluster → its kind.
    """

    open_to: Mapping[str, frozenset[str]] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)

    def narrow(self, further: Iterable[tuple[str, Collection[str]]]) -> ZoneClasses:
        """These rules and further ones together, each a kind and its classes."""
        open_to = dict(self.open_to)
        for kind, classes in further:
            open_to[kind] = open_to.get(kind, frozenset(classes)) & frozenset(classes)
        return replace(self, open_to=open_to)

    def list_closed(self, class_: str) -> tuple[str, ...]:
        """The clusters of this station where a class may not sound."""
        closed = {kind for kind, classes in self.open_to.items() if class_ not in classes}
        if not closed or class_ == "emergency":
            return ()
        return tuple(name for name, kind in self.kinds.items() if kind in closed)

    def find_barred(self, class_: str, zones: Iterable[str]) -> list[str]:
        """The clusters among `zones` (`*` is all) where this class may not sound."""
        return select_barred(self.list_closed(class_), zones)

    def leave_out(self, barred: Sequence[str], zones: Sequence[str]) -> list[str]:
        """The clusters of `zones` without the barred ones; empty: none is left."""
        left = self.kinds if "*" in zones else zones
        return [name for name in left if name not in barred] if barred else list(zones)

    def name_rule(self, barred: Sequence[str]) -> str:
        """As a refusal names it: `zone_classes special: truong-hoc, chua`."""
        kinds = dict.fromkeys(self.kinds[name] for name in barred)
        return f"zone_classes {', '.join(kinds)}: {', '.join(barred)}"


def select_barred(closed: Sequence[str], zones: Iterable[str]) -> list[str]:
    """The closed clusters (of `ZoneClasses.list_closed`) among `zones`, of which `*` is all."""
    if not closed:
        return []
    wanted = set(zones)
    return [name for name in closed if "*" in wanted or name in wanted]
