"""The hard limits on a station's sound: signed by the commune, narrowed by the local settings.

Only the emergency class is exempt. They do not apply to pictures. Sound that they forbid is refused
at planning, with its rule; it is never shortened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from msgspec import UNSET

from agent.clock import Now
from agent.contract.accepted import HeldDocument
from agent.contract.calendar_terms import SunPoint
from agent.contract.document import StationConfig
from agent.contract.station_policy import (
    AdvertPolicy,
    BoardLightCaps,
    ChimeCheck,
    LanguageDuty,
    SiteWorkPolicy,
    Stagger,
    StationPolicy,
)
from agent.contract.utc import parse_utc
from agent.plan.advert import AdvertLimits, smaller
from agent.plan.calendar import Window, parse_window
from agent.plan.face_rights import FaceRights
from agent.plan.site_work import BUILT_IN, SiteWorkRules
from agent.plan.sun import sun_point
from agent.plan.zone_classes import ZoneClasses
from agent.settings.model import LocalAdverts, Policy

FIRST_GROUP = Stagger(group=0)
NO_LIGHT_CAPS = BoardLightCaps()
ALL_FACES = FaceRights()
EVERY_CLASS = ZoneClasses()
NO_KINDS: Mapping[str, str] = {}
BUILT_IN_QUIET_HOURS = "21:00-05:00"


@dataclass(frozen=True)
class LevelCap:
    """Loudest level at the nearest home, in dBA, for a kind of zone within a daily window."""

    zone_kind: str
    window: Window
    dba: int

    def name(self, distance_m: float) -> str:
        """As a record names it: `special 21:00-06:00 45 dBA at 10 m`."""
        return f"{self.zone_kind} {self.window.text} {self.dba} dBA at {distance_m:g} m"


@dataclass(frozen=True)
class HourLevel:
    """The volume within a daily window, in dB below the calibrated one."""

    window: Window
    gain_db: float


@dataclass(frozen=True)
class EffectivePolicy:
    """The policy in force at this station. None means no limit.

    Args:
        quiet: windows without sound, signed and local together.
        sessions_per_day: sessions that start on one local date.
        minutes_per_session: from a session's first start to its last end.
        weekdays: ISO weekdays on which sound may start.
        relay_hosts: hosts from which a relay may come.
        mic: may the local microphone be used?
        caps: loudness limits by kind of zone and local time, signed and local together.
        levels: volumes by local time, signed and local together.
        cap_distance_m: the signed distance to the nearest home, at which caps count.
        stagger: this station's turn in what plays group after group.
        chime_check: when loudspeakers are checked by a chime; None: never.
        config_id: of the station-config in force.
        sun_point: whose sunrise and sunset count; None: none is known.
        maintenance: further windows without sound, in which technicians work; likewise.
        adverts: when and how much loudspeakers may play adverts; None: never.
        zone_classes: which classes may sound at which clusters.
        language_duties: shares of languages in a week; they refuse nothing.
        inputs: of control cards, that may be granted to a live picture.
        board_light: the most that boards may shine.
        face_rights: which issuers may fill which faces.
        site_work: what is kept off while somebody works at the station.
    """

    quiet: tuple[Window, ...]
    sessions_per_day: int | None = None
    minutes_per_session: int | None = None
    weekdays: frozenset[int] | None = None
    relay_hosts: frozenset[str] = frozenset()
    mic: bool = False
    caps: tuple[LevelCap, ...] = ()
    levels: tuple[HourLevel, ...] = ()
    cap_distance_m: float | None = None
    stagger: Stagger = FIRST_GROUP
    chime_check: ChimeCheck | None = None
    config_id: str | None = None
    sun_point: SunPoint | None = None
    maintenance: tuple[Window, ...] = ()
    adverts: AdvertLimits | None = None
    zone_classes: ZoneClasses = EVERY_CLASS
    language_duties: tuple[LanguageDuty, ...] = ()
    board_light: BoardLightCaps = NO_LIGHT_CAPS
    face_rights: FaceRights = ALL_FACES
    inputs: frozenset[str] = frozenset()
    site_work: SiteWorkRules = BUILT_IN


def config_in_force(held: Sequence[HeldDocument], now: Now) -> StationConfig | None:
    """The newest station-config that has begun and has not expired; it gives place and policy.

    Without a trusted clock `now` is a lower bound and cannot show that a config has not begun.
    """
    is_early = now.quality == "FLOOR"
    configs = [
        h.document
        for h in held
        if isinstance(h.document, StationConfig)
        and (is_early or parse_utc(h.document.not_before) <= now.at)
        and now.at < parse_utc(h.document.expires)
    ]
    return max(configs, key=lambda c: (c.issued, c.epoch, c.seq), default=None)


def effective_policy(
    config: StationConfig | None,
    local: Policy | None,
    zone_kinds: Mapping[str, str] = NO_KINDS,
    faces: Sequence[str] = (),
) -> EffectivePolicy:
    """Combine signed and local limits; without a station-config the built-in quiet hours apply.

    Args:
        config: the station-config in force.
        local: of the settings.
        zone_kinds: the station's clusters and their kinds; without them no class is left out.
        faces: those of the station; without them no issuer is kept from one.

    Raises:
        ValueError: a window cannot be read.
    """
    if config is None:
        hours = _windows([BUILT_IN_QUIET_HOURS])
        signed = EffectivePolicy(hours, zone_classes=ZoneClasses(kinds=zone_kinds))
    else:
        signed = signed_policy(config, zone_kinds, faces)
    return signed if local is None else narrow(signed, local)


def signed_policy(
    config: StationConfig, zone_kinds: Mapping[str, str] = NO_KINDS, faces: Sequence[str] = ()
) -> EffectivePolicy:
    """What the station-config alone says.

    Raises:
        ValueError: a window cannot be read.
    """
    signed = config.policy
    levels = [] if signed.levels is UNSET else signed.levels
    return EffectivePolicy(
        quiet=_windows(signed.quiet_hours),
        maintenance=_windows([] if signed.maintenance is UNSET else signed.maintenance),
        adverts=None if signed.adverts is UNSET else _advert_limits(signed.adverts),
        zone_classes=_zone_classes(signed, zone_kinds),
        language_duties=() if signed.language_duties is UNSET else tuple(signed.language_duties),
        face_rights=_face_rights(signed, faces),
        inputs=frozenset() if signed.inputs is UNSET else frozenset(signed.inputs),
        board_light=NO_LIGHT_CAPS if signed.board_light is UNSET else signed.board_light,
        sessions_per_day=signed.sessions_per_day,
        minutes_per_session=signed.minutes_per_session,
        weekdays=frozenset(signed.weekdays) if signed.weekdays is not None else None,
        relay_hosts=frozenset(signed.relay_hosts),
        mic=signed.mic,
        caps=tuple(LevelCap(c.zone_kind, _window(c.from_, c.to), c.dba) for c in signed.caps),
        levels=tuple(HourLevel(_window(one.from_, one.to), one.gain_db) for one in levels),
        cap_distance_m=None if signed.cap_distance_m is UNSET else signed.cap_distance_m,
        stagger=FIRST_GROUP if signed.stagger is UNSET else signed.stagger,
        chime_check=None if signed.chime_check is UNSET else signed.chime_check,
        config_id=config.doc_id,
        sun_point=sun_point(config),
        site_work=BUILT_IN if signed.site_work is UNSET else _site_work(signed.site_work),
    )


def narrow(policy: EffectivePolicy, local: Policy) -> EffectivePolicy:
    """The policy with the restrictions of the local settings, which can allow nothing more.

    Raises:
        ValueError: a window cannot be read.
    """
    caps = (LevelCap(one.zone_kind, parse_window(one.window), one.dba) for one in local.caps)
    levels = (HourLevel(parse_window(one.window), one.gain_db) for one in local.levels)
    return replace(
        policy,
        quiet=_join(policy.quiet, _windows(local.quiet_hours)),
        maintenance=_join(policy.maintenance, _windows(local.maintenance)),
        adverts=_narrow_adverts(policy.adverts, local.adverts),
        sessions_per_day=smaller(policy.sessions_per_day, local.sessions_per_day),
        minutes_per_session=smaller(policy.minutes_per_session, local.minutes_per_session),
        weekdays=_common_days(policy.weekdays, local.weekdays),
        zone_classes=policy.zone_classes.narrow(
            (r.zone_kind, r.classes) for r in local.zone_classes
        ),
        caps=(*policy.caps, *caps),
        levels=(*policy.levels, *levels),
    )


def _face_rights(signed: StationPolicy, faces: Sequence[str]) -> FaceRights:
    rules = [] if signed.face_issuers is UNSET else signed.face_issuers
    return FaceRights({rule.face: rule.issuers for rule in rules}, tuple(faces))


def _zone_classes(signed: StationPolicy, kinds: Mapping[str, str]) -> ZoneClasses:
    rules = [] if signed.zone_classes is UNSET else signed.zone_classes
    return ZoneClasses(kinds=kinds).narrow((rule.zone_kind, rule.classes) for rule in rules)


def _site_work(signed: SiteWorkPolicy) -> SiteWorkRules:
    issuers = None if signed.lockout_issuers is UNSET else tuple(signed.lockout_issuers)
    return SiteWorkRules(
        signed.door, issuers, signed.warning_s, signed.lockout_boards, signed.left_on_h
    )


def _advert_limits(signed: AdvertPolicy) -> AdvertLimits:
    return AdvertLimits((_windows(signed.windows),), signed.day_pct, signed.session_pct)


def _narrow_adverts(limits: AdvertLimits | None, local: LocalAdverts | None) -> AdvertLimits | None:
    if limits is None or local is None:
        return limits
    windows = None if local.windows is None else _windows(local.windows)
    return limits.narrow(windows, local.day_pct, local.session_pct)


def _common_days(signed: frozenset[int] | None, local: list[int] | None) -> frozenset[int] | None:
    if local is None:
        return signed
    return frozenset(local) if signed is None else signed & frozenset(local)


def _join(signed: tuple[Window, ...], local: tuple[Window, ...]) -> tuple[Window, ...]:
    return tuple(dict.fromkeys((*signed, *local)))


def _window(from_: str, to: str) -> Window:
    return parse_window(f"{from_}-{to}")


def _windows(texts: Sequence[str]) -> tuple[Window, ...]:
    return tuple(parse_window(text) for text in dict.fromkeys(texts))
