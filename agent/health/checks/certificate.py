"""Checks how many days the device's certificate and the broker's CA have left.

A file may hold several certificates. Of the device's chain the first to end counts; of the CAs the
last, because a CA is replaced by having both in the file for a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from agent.clock import Now
from agent.health.certificate_dates import parse_not_after
from agent.health.check import CheckFinding, NotCheckedError

# days left → kind, the gravest first
STEPS: tuple[tuple[float, str], ...] = (
    (0.0, "certificate_expired"),
    (7.0, "certificate_7_days"),
    (30.0, "certificate_30_days"),
    (60.0, "certificate_60_days"),
)
DAY_S = 86_400.0


class CertificateCheck:
    """Checks the certificate files that the settings name.

    Args:
        device: PEM of the device's certificate, possibly with its chain.
        authority: PEM of the CAs that sign the broker's certificate.
        now: the moment and its quality.
    """

    name = "certificate"
    period_s = 3600.0

    def __init__(self, device: Path, authority: Path, now: Callable[[], Now]) -> None:
        self._device = device
        self._authority = authority
        self._now = now

    async def check(self) -> list[CheckFinding]:
        """See `Check.check`."""
        ends = await asyncio.to_thread(self._read_ends)
        now = self._now()
        found = [one for path, at in ends if (one := _check_dates(path, at, now.at)) is not None]
        if now.quality != "FLOOR":
            return found
        # True time is at or after the floor: what ended before it has ended. Days left are unknown.
        ended = [one for one in found if one.kind == STEPS[0][1]]
        if not ended:
            raise NotCheckedError("no_time")
        return ended

    def _read_ends(self) -> list[tuple[Path, datetime]]:
        return [
            (self._device, min(read_not_after(self._device))),
            (self._authority, max(read_not_after(self._authority))),
        ]


def read_not_after(path: Path) -> list[datetime]:
    """When each certificate of a PEM file ends.

    Raises:
        OSError: it cannot be read.
        ValueError: it holds no certificate.
    """
    return parse_not_after(path.read_text(encoding="ascii", errors="replace"))


def _check_dates(path: Path, ends_at: datetime, at: datetime) -> CheckFinding | None:
    days = (ends_at - at).total_seconds() / DAY_S
    kind = next((kind for limit, kind in STEPS if days < limit), None)
    if kind is None:
        return None
    return CheckFinding(kind, path.name, f"valid until {ends_at:%Y-%m-%d %H:%M} UTC")
