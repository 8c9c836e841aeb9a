"""The rules of a station-config's limits on adverts, maintenance and classes; no I/O."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import UNSET, structs

from agent.contract.station_policy import (
    AdvertPolicy,
    FaceIssuers,
    LanguageDuty,
    SiteWorkPolicy,
    StationPolicy,
    ZoneKindClasses,
)
from agent.trust.scene_rules import INPUT_NAME
from agent.trust.schema_error import require
from agent.trust.scope import ROLE_NAME

MAX_WINDOWS = 16
MAX_DUTIES = 8
MAX_FACES = 16
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
MAX_INPUTS = 16
WARNING_S = (10, 120)  # long enough to be understood, short enough for an alarm
MAX_LEFT_ON_H = 168
_LANGUAGE = re.compile(r"[a-z]{2,3}", re.ASCII)
_HOUR = r"(?:[01]\d|2[0-3]):[0-5]\d"
_WINDOW = re.compile(rf"{_HOUR}-(?:{_HOUR}|24:00)", re.ASCII)


def check_windows(windows: Sequence[str], path: str) -> None:
    """Check windows of local time.

    Raises:
        SchemaError: they are too many, or one cannot be read.
    """
    require(len(windows) <= MAX_WINDOWS, path, f"at most {MAX_WINDOWS} windows")
    for window in windows:
        require(_WINDOW.fullmatch(window), path, "HH:MM-HH:MM")


def check_sound_limits(policy: StationPolicy) -> None:
    """Check what a policy says of adverts, maintenance and classes.

    Raises:
        SchemaError: names the first value that breaks a rule.
    """
    if policy.maintenance is not UNSET:
        check_windows(policy.maintenance, "policy.maintenance")
    if policy.zone_classes is not UNSET:
        _check_classes(policy.zone_classes)
    if policy.language_duties is not UNSET:
        _check_duties(policy.language_duties)
    if policy.adverts is not UNSET:
        _check_adverts(policy.adverts)
    if policy.face_issuers is not UNSET:
        _check_faces(policy.face_issuers)
    if policy.site_work is not UNSET:
        _check_site_work(policy.site_work)
    if policy.inputs is not UNSET:
        good = len(policy.inputs) <= MAX_INPUTS and all(map(INPUT_NAME.fullmatch, policy.inputs))
        require(good, "policy.inputs", f"at most {MAX_INPUTS} names of inputs")
    if policy.board_light is not UNSET:
        for name, pct in structs.asdict(policy.board_light).items():
            require(pct is None or 1 <= pct <= 100, f"policy.board_light.{name}", "1 to 100")


def _check_site_work(work: SiteWorkPolicy) -> None:
    least_s, most_s = WARNING_S
    is_long = least_s <= work.warning_s <= most_s
    require(is_long, "policy.site_work.warning_s", f"{least_s} to {most_s}")
    require(1 <= work.left_on_h <= MAX_LEFT_ON_H, "policy.site_work.left_on_h", "1 to 168")
    if work.lockout_issuers is not UNSET:
        roles = work.lockout_issuers
        is_plain = len(set(roles)) == len(roles) <= MAX_FACES
        path = "policy.site_work.lockout_issuers"
        require(is_plain, path, f"at most {MAX_FACES}, no role twice")
        require(all(map(ROLE_NAME.fullmatch, roles)), path, "names of roles")


def _check_classes(rules: Sequence[ZoneKindClasses]) -> None:
    kinds = [rule.zone_kind for rule in rules]
    require(len(set(kinds)) == len(kinds), "policy.zone_classes", "no kind twice")
    for rule in rules:
        is_plain = len(set(rule.classes)) == len(rule.classes)
        require(is_plain, "policy.zone_classes.classes", "no class twice")


def _check_faces(rules: Sequence[FaceIssuers]) -> None:
    faces = [rule.face for rule in rules]
    is_few = len(set(faces)) == len(faces) <= MAX_FACES
    require(is_few, "policy.face_issuers", f"at most {MAX_FACES}, no face twice")
    require(all(map(_NAME.fullmatch, faces)), "policy.face_issuers.face", "plain names")
    for rule in rules:
        is_plain = len(set(rule.issuers)) == len(rule.issuers) <= MAX_FACES
        is_plain = is_plain and all(map(ROLE_NAME.fullmatch, rule.issuers))
        require(is_plain, "policy.face_issuers.issuers", f"at most {MAX_FACES} roles, none twice")


def _check_duties(duties: Sequence[LanguageDuty]) -> None:
    require(len(duties) <= MAX_DUTIES, "policy.language_duties", f"at most {MAX_DUTIES}")
    langs = [duty.lang for duty in duties]
    require(len(set(langs)) == len(langs), "policy.language_duties", "no language twice")
    for duty in duties:
        good = _LANGUAGE.fullmatch(duty.lang) is not None and 1 <= duty.week_pct <= 100
        require(good, "policy.language_duties", "two or three letters, 1 to 100")


def _check_adverts(adverts: AdvertPolicy) -> None:
    require(adverts.windows, "policy.adverts.windows", "at least one window")
    check_windows(adverts.windows, "policy.adverts.windows")
    for name in ("day_pct", "session_pct"):
        pct = getattr(adverts, name)
        require(pct is None or 1 <= pct <= 100, f"policy.adverts.{name}", "1 to 100")
