"""Accept chrony's time only where NTS (RFC 8915) authenticates every server that steers its clock.

The input is the output of `chronyc -n -c -m tracking sources authdata` (chronyc(1) of chrony 4):
one row of 14 fields, then rows of 10 fields. The rows of `sources` begin with the mode (`^` a
server, `=` a peer, `#` a device) and the state (`*` selected, `+` combined with it). Plain NTP is
never accepted, because anybody on the network path can forge it. A reference device is not accepted
either, because a GPS signal is easily forged.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.errors import TrustError

SUBJECT = "chrony"
TRACKING_FIELDS = 14
SOURCE_FIELDS = AUTH_FIELDS = 10
STALE_S = 3600.0
MAX_STRATUM = 15


@dataclass(frozen=True)
class ChronyTime:
    """The offset of the system's clock, as chrony measures it.

    Args:
        offset_s: to be added to the system's clock.
        error_s: half-width of the remaining error.
    """

    offset_s: float
    error_s: float


def verify_chrony(report: str, system_at: datetime) -> ChronyTime:
    """The offset of the system's clock, when every source that contributed is authenticated.

    Args:
        report: the output, as the module's docstring describes it.
        system_at: the system's clock when it was printed.

    Raises:
        TrustError: E_TIME: not synchronised, not authenticated, stale, or not parseable.
    """
    rows = [line.split(",") for line in report.splitlines() if line]
    tracking = [row for row in rows if len(row) == TRACKING_FIELDS]
    sources = [row for row in rows if len(row) == SOURCE_FIELDS and row[0] in ("^", "=", "#")]
    authenticated = [row for row in rows if len(row) == AUTH_FIELDS and row not in sources]
    if len(tracking) != 1 or len(rows) != 1 + len(sources) + len(authenticated):
        raise _refuse("not the expected output of chronyc")
    _require_authenticated(tracking[0], sources, authenticated)
    return _read(tracking[0], system_at)


def _require_authenticated(
    tracking: Sequence[str], sources: Sequence[Sequence[str]], auth: Sequence[Sequence[str]]
) -> None:
    if tracking[13] != "Normal":
        raise _refuse(f"leap status {tracking[13]}")
    selected = [row[2] for row in sources if row[1] == "*"]
    if selected != [tracking[1]]:
        raise _refuse("no selected source")
    by_nts = {row[0] for row in auth if row[1] == "NTS"}
    for mode, state, name, *_ in sources:
        if state in ("*", "+") and (mode != "^" or name not in by_nts):
            raise _refuse(f"{name} is not authenticated by NTS")


def _read(tracking: Sequence[str], system_at: datetime) -> ChronyTime:
    """See chronyc(1), "tracking": error <= root dispersion + half the root delay."""
    try:
        stratum, heard_s, offset_s = int(tracking[2]), float(tracking[3]), float(tracking[4])
        delay_s, dispersion_s = float(tracking[10]), float(tracking[11])
    except ValueError as error:
        raise _refuse(str(error)) from error
    error_s = dispersion_s + delay_s / 2
    if not 1 <= stratum <= MAX_STRATUM or not math.isfinite(offset_s) or not 0 <= error_s < STALE_S:
        raise _refuse("figures out of range")
    if abs(offset_s) > timedelta.max.total_seconds() / 2:
        raise _refuse("offset out of range")
    age_s = system_at.timestamp() + offset_s - heard_s
    if not -1 <= age_s <= STALE_S:
        raise _refuse(f"the last update from its server is {age_s:.0f} s old")
    return ChronyTime(offset_s, error_s)


def _refuse(hint: str) -> TrustError:
    return TrustError("E_TIME", SUBJECT, hint)
