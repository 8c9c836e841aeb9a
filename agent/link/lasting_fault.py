"""Faults that last: reported once when they begin and once when they end."""

from __future__ import annotations

import logging
from collections.abc import Callable

_log = logging.getLogger(__name__)
OnFault = Callable[[str, str, str | None], None]


class LastingFaults:
    """The present faults of the link.

    Args:
        on_fault: called with kind, subject and hint; the hint is None when the fault has passed.
    """

    def __init__(self, on_fault: OnFault) -> None:
        self._on_fault = on_fault
        self._begun: set[tuple[str, str]] = set()

    def begin(self, kind: str, subject: str, hint: str) -> None:
        """Report a fault, unless it has begun before."""
        if (kind, subject) not in self._begun:
            self._begun.add((kind, subject))
            _log.warning("%s: %s: %s", kind, subject, hint)
            self._on_fault(kind, subject, hint)

    def end(self, kind: str, subject: str) -> None:
        """Report that a fault has passed, if it had begun."""
        if (kind, subject) in self._begun:
            self._begun.discard((kind, subject))
            self._on_fault(kind, subject, None)

    def subjects(self, kind: str) -> list[str]:
        """The subjects of all present faults of this kind."""
        return [subject for one, subject in self._begun if one == kind]
