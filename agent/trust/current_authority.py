"""A fixed reference to the authority in force, which can be replaced behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from agent.clock import Now
from agent.trust.authority import Authority, Grade
from agent.trust.role import Role
from agent.trust.tree import TreeAuthority


class AuthorityInForce:
    """Delegates every query to `current`.

    Args:
        current: the first authority; replaced as a whole when new files are accepted.
    """

    def __init__(self, current: Authority) -> None:
        self.current = current

    @property
    def demo(self) -> bool:
        """Is it made for a demonstration?"""
        return self.current.demo

    @property
    def versions(self) -> Mapping[str, int]:
        """Version by metadata file."""
        return self.current.versions

    @property
    def roles(self) -> Mapping[str, Role]:
        """All roles by name."""
        return self.current.roles

    def roles_for(self, keyid: str) -> Sequence[Role]:
        """The roles that list this key."""
        return self.current.roles_for(keyid)

    def grade(self, now: Now) -> Grade:
        """How fresh this authority is at a moment."""
        return self.current.grade(now)

    @property
    def issued(self) -> datetime | None:
        """When the timestamp last confirmed the tree; None for an authority without a timestamp."""
        current = self.current
        return current.issued if isinstance(current, TreeAuthority | SupersededAuthority) else None

    def knows_signers(self, now: Now) -> bool:
        """Is any signing role known? A root alone only names the keys of the top-level roles."""
        return "targets" in self.versions or self.grade(now) is not Grade.EXPIRED


class SupersededAuthority:
    """Roles under a root that has a successor, while the successor's own files are missing.

    Held documents that these roles signed stay in force. Nothing new is accepted but the lifting of
    a stop, because the new root may exist for the reason that the old keys are compromised.

    Args:
        former: the roles under the former root.
        root_version: of the new root.
    """

    def __init__(self, former: TreeAuthority, root_version: int) -> None:
        self._former = former
        self.demo = former.demo
        self.issued = former.issued
        self.roles: Mapping[str, Role] = former.roles
        self.versions: Mapping[str, int] = {**former.versions, "root": root_version}

    def roles_for(self, keyid: str) -> Sequence[Role]:
        """The roles that list this key."""
        return self._former.roles_for(keyid)

    def grade(self, now: Now) -> Grade:  # noqa: ARG002 - the Protocol's
        """Always EXPIRED."""
        return Grade.EXPIRED
