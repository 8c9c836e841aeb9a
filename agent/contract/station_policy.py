"""The policy in a signed station-config: what a station may sound, when and how loud.

Shapes are final, as those of `agent.contract.document`. A member that is added after 0.1.0 defaults
to UNSET, so that the encoding of a policy without it does not change.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from agent.contract.calendar_terms import SunPoint


class Cap(msgspec.Struct, frozen=True):
    """Loudest level at the nearest home for a kind of zone between two local clock times.

    `dba` counts at `StationPolicy.cap_distance_m` from the horn. The window may be overnight.
    """

    zone_kind: Literal["ordinary", "special"]
    from_: str = msgspec.field(name="from")
    to: str
    dba: int


class PolicyLevel(msgspec.Struct, frozen=True):
    """The volume between two local clock times, in dB below the calibrated one: evening, night."""

    from_: str = msgspec.field(name="from")
    to: str
    gain_db: int


class Stagger(msgspec.Struct, frozen=True):
    """This station's turn in what plays group after group, 0 being the first.

    `gap_ms` counts for entries that state none.
    """

    group: int
    gap_ms: int = 0


class ChimeCheck(msgspec.Struct, frozen=True):
    """When loudspeakers are checked by a chime: local `HH:MM` on ISO weekdays (1 = Monday)."""

    weekdays: list[int]
    at: str
    zones: list[str] = msgspec.field(default_factory=lambda: ["*"])


class AdvertPolicy(msgspec.Struct, frozen=True):
    """When loudspeakers may play adverts, and how much; a policy without it allows none.

    An advert lies wholly within `windows` (local `HH:MM-HH:MM`). At each moment adverts are at most
    `day_pct` of all sound planned until then on the day, and `session_pct` of that in the session.
    """

    windows: list[str]
    day_pct: int | None = None
    session_pct: int | None = None


class ZoneKindClasses(msgspec.Struct, frozen=True):
    """The classes that may sound at clusters of a kind; an emergency always may."""

    zone_kind: Literal["ordinary", "special"]
    classes: list[Literal["routine", "priority"]]


class LanguageDuty(msgspec.Struct, frozen=True):
    """Of the speech of a week, Monday to Sunday, at least `week_pct` is in this language."""

    lang: str
    week_pct: int


class BoardLightCaps(msgspec.Struct, frozen=True):
    """The most that boards may shine by day, by night, and with an advert, in percent."""

    day_pct: int | None = None
    night_pct: int | None = None
    advert_pct: int | None = None


class SiteWorkPolicy(msgspec.Struct, frozen=True):
    """What is kept off while somebody works at the station.

    `door` is what an open door of the cabinet stops. `lockout_issuers` are the roles whose
    emergencies pass a lockout, and those below them; without it all that are no exercise. Before
    such an emergency sounds, a quiet warning is spoken for `warning_s`.
    """

    door: Literal["tests", "programme"] = "tests"
    lockout_issuers: list[str] | UnsetType = UNSET
    warning_s: int = 30
    lockout_boards: Literal["black", "show"] = "black"
    left_on_h: int = 12


class FaceIssuers(msgspec.Struct, frozen=True):
    """The roles that may fill a face of a board, and those below them in the tree; no others."""

    face: str
    issuers: list[str]


class StationPolicy(msgspec.Struct, frozen=True):
    """The limits of a signed station-config. Windows are local `HH:MM-HH:MM`, overnight allowed.

    Hosts are `host` (port 443) or `host:port`. Without `media_hosts` every public host may serve
    media; with them only those hosts may, and they may be in a local network. `cap_distance_m` is
    the distance from a horn to the nearest home, 10 m where neither policy nor zone states one.
    `cap_distance_m` and `levels` are critical: a box that ignored them would be too loud. `stagger`
    is not: a box without it plays with the first group (docs/decisions/0047). Nor is `chime_check`:
    a box without it sounds less. Nor is `sun_point`, a point of the province where it is left out.
    `adverts`, `maintenance` (windows without sound) and `zone_classes` are critical: a box that
    ignored them would play what they forbid (docs/decisions/0055); so is `face_issuers` (0066).
    `language_duties` is not: a duty refuses nothing, its lack is told. Nor is `board_light`: a box
    without it dims no board at all.
    Nor is `inputs`, those of control cards that may be granted: a box without it grants none.
    `site_work` is critical: a box that ignored it would sound beside whoever works (0086).
    """

    quiet_hours: list[str]
    sessions_per_day: int | None = None
    minutes_per_session: int | None = None
    weekdays: list[int] | None = None
    caps: list[Cap] = msgspec.field(default_factory=list)
    relay_hosts: list[str] = msgspec.field(default_factory=list)
    media_hosts: list[str] = msgspec.field(default_factory=list)
    mic: bool = False
    cap_distance_m: int | UnsetType = UNSET
    levels: list[PolicyLevel] | UnsetType = UNSET
    stagger: Stagger | UnsetType = UNSET
    chime_check: ChimeCheck | UnsetType = UNSET
    sun_point: SunPoint | UnsetType = UNSET
    adverts: AdvertPolicy | UnsetType = UNSET
    maintenance: list[str] | UnsetType = UNSET
    zone_classes: list[ZoneKindClasses] | UnsetType = UNSET
    language_duties: list[LanguageDuty] | UnsetType = UNSET
    board_light: BoardLightCaps | UnsetType = UNSET
    face_issuers: list[FaceIssuers] | UnsetType = UNSET
    inputs: list[str] | UnsetType = UNSET
    site_work: SiteWorkPolicy | UnsetType = UNSET
