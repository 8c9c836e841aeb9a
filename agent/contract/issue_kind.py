"""The catalogue: every kind of issue a box can tell of, by stable code.

A fault takes sound, picture or proof away now. A warning will, when nobody acts. The texts name
what a hand can touch; an issue's own `hint` keeps the mechanism and the figures.
"""

from __future__ import annotations

from agent.contract.issue_entry import IssueKind, Severity
from agent.contract.issue_of_authority import AUTHORITY
from agent.contract.issue_of_centre import CENTRE
from agent.contract.issue_of_machine import MACHINE
from agent.contract.issue_of_site import SITE
from agent.contract.issue_of_work import WORK

__all__ = ["ISSUE_KINDS", "IssueKind", "Severity"]

ISSUE_KINDS: dict[str, IssueKind] = {**WORK, **AUTHORITY, **MACHINE, **SITE, **CENTRE}
