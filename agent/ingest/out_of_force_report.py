"""Report documents that were accepted and are no longer in force."""

from __future__ import annotations

import logging
from collections.abc import Callable

from agent.contract.document import Document
from agent.contract.report import Result
from agent.errors import TrustError
from agent.evidence.journal import Journal

log = logging.getLogger(__name__)


class OutOfForceReport:
    """Says once what is out of force: in the journal, to the centre, and as an issue.

    Args:
        journal: records what lost its signatures' standing.
        set_issue: begins or ends an issue.
        give_verdict: gets the refusal of a document that was accepted before.
    """

    def __init__(
        self,
        journal: Journal,
        set_issue: Callable[[str, str, str | None], None],
        give_verdict: Callable[[Result], None],
    ) -> None:
        self._journal = journal
        self._set_issue = set_issue
        self._give_verdict = give_verdict
        self._withheld: frozenset[str] = frozenset()

    async def report_revoked(self, document: Document, sha256: str, error: TrustError) -> None:
        """Record and report once that a document is no longer in force."""
        log.warning("%s %s is out of force: %s", document.kind, document.doc_id, error)
        await self._journal.append(
            "refusal",
            detail={
                "code": error.code,
                "subject": document.doc_id,
                "hint": error.hint[:200],
                "kind": document.kind,
                "slot": document.slot,
                "sha256": sha256,
            },
        )
        self._give_verdict(
            Result(document.doc_id, "refused", error.code, error.hint[:300], document.kind, sha256)
        )

    def report_withheld(self, withheld: set[str]) -> None:
        """Begin and end the issues of the slots that the centre's head revokes."""
        for slot in self._withheld - withheld:
            self._set_issue("document_withheld", slot, None)
        for slot in withheld:
            self._set_issue("document_withheld", slot, "the centre's head revokes it")
        self._withheld = frozenset(withheld)
