"""Who may give a place to a box that has none: not just anybody who may at the new place.

A box that stands somewhere is moved by a role that covers the old place and the new. One whose
config lost its right still knows where it stood, and the settings of a new one may name the
province in which it is expected: the same is asked of that former place.

But a merger of provinces may have taken the old place out of the tree while the box was off. Then
nobody can cover it any more, and a role that `targets` itself names is enough: no commune and no
district of another province gains a box by that.
"""

from __future__ import annotations

from collections.abc import Iterable

from agent.contract.document import StationConfig
from agent.contract.ident import is_match, parse_place
from agent.errors import TrustError
from agent.trust.role import Role
from agent.trust.scope import is_touched


def verify_move(config: StationConfig, role: Role, roles: Iterable[Role], former: str) -> None:
    """Judge the config of a box without a place.

    Args:
        config: verified, its issuer entitled at the new place.
        role: the issuer.
        roles: all that are known; those right below `targets` always are.
        former: where the box stood or is expected, a pattern of places.

    Raises:
        TrustError: E_SCOPE, the issuer has no say on the former place.
    """
    if is_match(former, parse_place(config.place)) or role.covers("config", former):
        return
    if len(role.chain) == 1 and not any(_can_place(one, former) for one in roles):
        return
    hint = f"{role.name} has no say on config/{former}, where this box stood or is expected"
    raise TrustError("E_SCOPE", config.doc_id, hint)


def _can_place(role: Role, former: str) -> bool:
    """May the role, or one below it whose file is not here, give a config in the former place?"""
    delegates = any(path.startswith("authority/") for path in role.chain[-1].paths)
    return ("station-config" in role.kinds or delegates) and all(
        is_touched(link.paths, "config", former) for link in role.chain
    )
