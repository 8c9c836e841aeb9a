"""What is kept off a station while somebody works there: its lockout is on, or its door is open.

A *lockout* is a contact of an isolator or a key switch: a person is at the horns, or in front of a
face. An open door says that a person is at the cabinet. Why so: docs/decisions/0086. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Work = Literal["lockout", "door_open"]
Kept = Literal["test", "voice", "programme", "picture"]
"""What may be kept off: tests from afar and the chime, live voices of the centre that are no
emergency, all programme that sounds, pictures."""


WORK_CODES: Mapping[Work, str] = {"lockout": "E_LOCKOUT", "door_open": "E_DOOR"}


@dataclass(frozen=True)
class SiteWork:
    """What the station's contacts say.

    Args:
        is_locked_out: is a lockout on, or not readable?
        is_door_open: is a door of the cabinet open?
    """

    is_locked_out: bool = False
    is_door_open: bool = False


@dataclass(frozen=True)
class SiteWorkRules:
    """What the signed policy says of it; these are the rules without one.

    Args:
        door: what an open door stops: tests (and voices), or all programme.
        issuers: the roles whose emergencies pass a lockout, and those below them; None: all.
        warning_s: how long a quiet spoken warning goes before such an emergency.
        boards: what faces show under a lockout: black, or what they would show without it.
        left_on_h: after so many hours a lockout is reported as left on.
    """

    door: Literal["tests", "programme"] = "tests"
    issuers: tuple[str, ...] | None = None
    warning_s: int = 30
    boards: Literal["black", "show"] = "black"
    left_on_h: int = 12


NOBODY = SiteWork()
BUILT_IN = SiteWorkRules()


def find_work(rules: SiteWorkRules, work: SiteWork, kept: Kept) -> Work | None:
    """Which work keeps something off that is no emergency; None: it may sound or show."""
    if kept == "picture":
        return "lockout" if work.is_locked_out and rules.boards == "black" else None
    if work.is_locked_out:
        return "lockout"
    is_stopped = kept in ("test", "voice") or rules.door == "programme"
    return "door_open" if work.is_door_open and is_stopped else None


def find_work_before_voice(
    rules: SiteWorkRules, work: SiteWork, *, is_emergency: bool
) -> Work | None:
    """Which work keeps a live voice of the centre off.

    A lockout stops one of class emergency too: nothing warns of it, because it is not kept waiting.
    """
    found = find_work(rules, work, "voice")
    return None if found == "door_open" and is_emergency else found


def find_work_before_emergency(
    rules: SiteWorkRules,
    work: SiteWork,
    issuer: str,
    *,
    is_exercise: bool,
) -> Work | None:
    """Which work keeps the sound of an emergency off; an open door never does.

    Args:
        rules: of the policy in force.
        work: what the contacts say.
        issuer: of the emergency, or of the alarm that a local key starts.
        is_exercise: is it an exercise? A lockout stops every exercise.
    """
    if not work.is_locked_out:
        return None
    if is_exercise:
        return "lockout"
    if rules.issuers is None:
        return None
    roles = rules.issuers
    is_named = any(issuer == role or issuer.startswith(f"{role}.") for role in roles)
    return None if is_named else "lockout"
