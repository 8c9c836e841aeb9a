"""The catalogue: every kind of issue that a box can report, by stable code.

A fault stops sound, picture or proof now. A warning does so later when nobody acts. The texts name
things that a technician can touch; an issue's own `hint` states the mechanism and the figures.
"""

from __future__ import annotations

from agent.contract.issues.authority import AUTHORITY
from agent.contract.issues.centre import CENTRE
from agent.contract.issues.entry import IssueKind, Severity
from agent.contract.issues.link import LINK
from agent.contract.issues.machine import MACHINE
from agent.contract.issues.playback import PLAYBACK
from agent.contract.issues.site import SITE
from agent.contract.issues.storage import STORAGE
from agent.contract.issues.wall import WALL

__all__ = ["ISSUE_KINDS", "IssueKind", "Severity"]

ISSUE_KINDS: dict[str, IssueKind] = {
    **LINK,
    **PLAYBACK,
    **WALL,
    **STORAGE,
    **AUTHORITY,
    **MACHINE,
    **SITE,
    **CENTRE,
}
