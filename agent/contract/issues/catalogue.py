"""The catalogue: every kind of issue a box can tell of, by stable code.

A fault takes sound, picture or proof away now. A warning will, when nobody acts. The texts name
what a hand can touch; an issue's own `hint` keeps the mechanism and the figures.
"""

from __future__ import annotations

from agent.contract.issues.authority import AUTHORITY
from agent.contract.issues.centre import CENTRE
from agent.contract.issues.entry import IssueKind, Severity
from agent.contract.issues.machine import MACHINE
from agent.contract.issues.playback import WORK
from agent.contract.issues.site import SITE

__all__ = ["ISSUE_KINDS", "IssueKind", "Severity"]

ISSUE_KINDS: dict[str, IssueKind] = {**WORK, **AUTHORITY, **MACHINE, **SITE, **CENTRE}
