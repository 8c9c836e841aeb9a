"""Publishes grants as every document is published: judged, stored, sent by the collector."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from agent.contract.utc import encode_utc
from agent.errors import StoreError, TrustError
from central.authority.signers import check_complete, check_role, read_signers
from central.documents.sign import open_envelope, read_document
from central.live.broadcast import LiveTarget
from central.messages.catalogue import translate
from central.publication.document_outbox import keep
from central.publication.publish import Publication, verify_publishable
from central.publication.recipients import Recipients, find_recipients
from central.publication.station_answers import StationAnswers
from central.store.database import Database
from central.store.heartbeat import state_of_collector
from texts.catalogue import Lang

POLL_S = 0.1


@dataclass
class GrantPublication:
    """Publishes the grants of one stream.

    Args:
        database: the centre's.
        target: whom it goes to.
        lang: of all lines.
        root: names who may and must sign; None: only the stations judge it.
        wait_s: how long to wait for the first station that takes the first grant.
        anyway: unknown stations and refusals are accepted.
        print_line: prints one line.
    """

    database: Database
    target: LiveTarget
    lang: Lang
    root: Path | None
    wait_s: float
    anyway: bool
    print_line: Callable[[str], None]
    _is_first: bool = True

    async def publish(self, envelope: bytes) -> None:
        """Publish a grant; of the first one return when a station has taken it, or time is over.

        Raises:
            StoreError: E_DISK, the database does not take it.
            AgentError: stations would refuse it, or all that answer do.
        """
        try:
            answers = await asyncio.to_thread(self._keep, envelope)
        except SQLAlchemyError as error:
            raise StoreError("E_DISK", "database", str(error)) from error
        if answers is not None:
            await self._wait(answers)

    def _keep(self, envelope: bytes) -> StationAnswers | None:
        document, now = read_document(envelope), datetime.now(UTC)
        if self.root is not None:
            people = check_role(document, read_signers(self.root), self.lang)
            check_complete(open_envelope(envelope), people, self.lang)
        recipients = self._find_recipients(now)
        if not self._is_first:
            keep(self.database, recipients.topic_of(document), envelope)
            return None
        self._is_first = False
        publication = Publication(document, envelope, recipients, now)
        for line in verify_publishable(
            self.database,
            publication,
            self.lang,
            stops_now=False,
            anyway=self.anyway,
            despite="--anyway" if self.anyway else None,
        ):
            self.print_line(line)
        alone = () if recipients.is_group else (recipients.name,)
        answers = StationAnswers(self.database, recipients.stations or alone, document, envelope)
        kept = keep(self.database, recipients.topic_of(document), envelope)
        state = state_of_collector(self.database, now)
        if state != "connected":
            self.print_line(translate(self.lang, f"published.{state}", kept.topic))
        return answers

    def _find_recipients(self, now: datetime) -> Recipients:
        name, is_group = self.target.name, self.target.is_group
        return find_recipients(
            self.database, encode_utc(now), station=None if is_group else name,
            group=name if is_group else None,
        )  # fmt: skip

    async def _wait(self, answers: StationAnswers) -> None:
        """Wait until every station that is online has answered, and tell who refuses."""
        end_s = asyncio.get_running_loop().time() + self.wait_s
        while True:
            now = await asyncio.to_thread(answers.read)
            waiting = [one for one in now if one.is_online and not one.verdict]
            if not waiting or asyncio.get_running_loop().time() >= end_s:
                break
            await asyncio.sleep(POLL_S)
        taken = sum(one.verdict == "accepted" for one in now)
        self.print_line(translate(self.lang, "live.taken", taken, len(now)))
        refused = [one for one in now if one.verdict == "refused"]
        for one in refused:
            self.print_line(f"{one.station}: {one.reason}")
        if refused and not taken and not self.anyway:
            raise TrustError("E_POLICY", self.target.name, translate(self.lang, "live.refused"))
