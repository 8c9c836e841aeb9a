"""Who may fill which face of a board, by the signed policy.

A face that the policy does not list is open to every issuer. A picture for several faces loses
those that its issuer has no right to; an emergency is shown on all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class FaceRights:
    """The issuers that may fill each face.

    Args:
        issuers: name of a face → roles; those below them in the tree may too.
        faces: of this station; without them `*` means no face by name, and nothing is left out.
    """

    issuers: Mapping[str, Collection[str]] = field(default_factory=dict)
    faces: Sequence[str] = ()

    def may_show(self, issuer: str, face: str) -> bool:
        """Has an issuer the right to a face?"""
        roles = self.issuers.get(face)
        if roles is None:
            return True
        return any(issuer == role or issuer.startswith(f"{role}.") for role in roles)

    def list_closed(self, issuer: str) -> tuple[str, ...]:
        """The faces of this station that an issuer may not fill."""
        if not self.issuers:
            return ()
        return tuple(face for face in self.faces if not self.may_show(issuer, face))

    def leave_out(self, barred: Collection[str], zones: Sequence[str]) -> list[str]:
        """The faces of `zones` (`*` is all) without the barred ones; empty: none is left."""
        left = self.faces if "*" in zones else zones
        return [name for name in left if name not in barred]

    def name_rule(self, barred: Sequence[str]) -> str:
        """As a refusal names it: `face_issuers mat-truoc, mat-sau`."""
        return f"face_issuers {', '.join(barred)}"
