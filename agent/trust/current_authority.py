"""The authority of this moment, which whoever judges may keep hold of while it is replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from agent.clock import Now
from agent.trust.authority import Authority, Grade
from agent.trust.role import Role
from agent.trust.tree import TreeAuthority


class AuthorityInForce:
    """Answers as `current` does.

    Args:
        current: the first one; replaced whole when files have been accepted.
    """

    def __init__(self, current: Authority) -> None:
        self.current = current

    @property
    def demo(self) -> bool:
        """Made for a demonstration?"""
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
        """How fresh all this is at a moment."""
        return self.current.grade(now)

    @property
    def issued(self) -> datetime | None:
        """When a tree was confirmed last by its timestamp; None of what needs no confirming."""
        current = self.current
        return current.issued if isinstance(current, TreeAuthority | SupersededAuthority) else None

    def knows_signers(self, now: Now) -> bool:
        """Can anybody's word be judged? A root alone only says who may tell of others."""
        return "targets" in self.versions or self.grade(now) is not Grade.EXPIRED


class SupersededAuthority:
    """Roles under a root that has a successor, whose own files have not come yet.

    What is held by their word stays; nothing new is taken but the lifting of a stop, as the new
    root may have been made because the old keys are in wrong hands.

    Args:
        former: the roles.
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

    def grade(self, now: Now) -> Grade:  # noqa: ARG002 - at no moment is it any better
        """Always EXPIRED."""
        return Grade.EXPIRED
