"""Reports the media that cannot be fetched, and makes room where the card is full."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agent.background_jobs import BackgroundJobs
from agent.contract.ids import Digest
from agent.errors import AgentError
from agent.maintenance.card import CardMaintenance


@dataclass(frozen=True)
class MissingMedia:
    """One issue for each medium, from a failed attempt until it is here or no longer named.

    Args:
        jobs: run what a failure asks for.
        maintenance: of the card.
        set_issue: begins an issue (kind, subject, hint), or ends it (hint None).
    """

    jobs: BackgroundJobs
    maintenance: CardMaintenance
    set_issue: Callable[[str, str, str | None], None]

    def begin(self, digest: Digest, error: AgentError) -> None:
        """An attempt has failed."""
        self.set_issue("media_missing", digest[:12], str(error))
        if error.code == "E_DISK":
            self.jobs.start(self.maintenance.make_room())

    def end(self, digest: Digest) -> None:
        """It has arrived, or is not wanted any more."""
        self.set_issue("media_missing", digest[:12], None)
