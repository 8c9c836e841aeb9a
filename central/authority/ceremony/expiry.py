"""List what expires, months in advance: bringing two holders together takes time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tuf.api.metadata import Signed

from central.authority.ceremony.change_summary import format_day
from central.authority.ceremony.messages import translate
from texts.catalogue import Lang

NOTICE = timedelta(days=120)
URGENT = timedelta(days=30)


@dataclass(frozen=True)
class Expiry:
    """A file that expires soon, or has expired.

    Args:
        file: the role whose file it is.
        at: when it ends.
        left: until then; negative afterwards.
    """

    file: str
    at: datetime
    left: timedelta

    @property
    def grade(self) -> Literal["warning", "fault", "over"]:
        """How near it is."""
        if self.left < timedelta(0):
            return "over"
        return "fault" if self.left < URGENT else "warning"

    def describe(self, lang: Lang) -> str:
        """One line for a person."""
        return translate(
            lang, f"expires.{self.grade}", self.file, format_day(self.at), self.left.days
        )


def list_expiring(files: Iterable[tuple[str, Signed]], now: datetime) -> list[Expiry]:
    """The files that expire within four months, the nearest first.

    Args:
        files: role and signed part; without the timestamp, which a machine renews.
        now: aware.
    """
    found = [Expiry(name, signed.expires, signed.expires - now) for name, signed in files]
    return sorted((one for one in found if one.left < NOTICE), key=lambda one: one.at)
