"""Records unknown members of accepted documents once, not each time.

The centre signs some kinds of document every few seconds. A record for each would be sent and
acknowledged by such a document, which would cause the next record.
"""

from __future__ import annotations

import logging
from typing import Protocol

from agent.contract.accepted import Accepted
from agent.contract.report import RecordKind
from agent.evidence.journal_rows import Detail

log = logging.getLogger(__name__)
MAX_REMEMBERED = 256


class ConfigJournal(Protocol):
    """The journal, as far as this module uses it."""

    async def append(self, kind: RecordKind, *, detail: Detail) -> object:
        """Write one record."""


class IgnoredLog:
    """Writes a record for the first of consecutive documents of one issuer and kind.

    Args:
        journal: receives the records.
    """

    def __init__(self, journal: ConfigJournal) -> None:
        self._journal = journal
        self._recorded: set[tuple[str, str, tuple[str, ...]]] = set()

    async def record(self, accepted: Accepted) -> None:
        """Record an accepted document if it has unknown members that are not recorded yet."""
        document, ignored = accepted.document, accepted.ignored
        key = (document.issuer, document.kind, ignored)
        if not ignored or key in self._recorded or len(self._recorded) >= MAX_REMEMBERED:
            return
        self._recorded.add(key)
        log.info("%s %s: ignored %s", document.kind, document.doc_id, ", ".join(ignored))
        await self._journal.append(
            "config",
            detail={
                "by": document.issuer,
                "what": "members_ignored",
                "members": list(ignored),
                "kind": document.kind,
                "slot": document.slot,
                "doc_id": document.doc_id,
                "sha256": accepted.sha256,
            },
        )
