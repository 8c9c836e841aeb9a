"""The operations on this box: one set, for the page and for signed commands.

An operation returns once it has begun, and ends by itself. Operations run one at a time.
The result says how one ended, and a `command` record in the journal names who ordered it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from agent.contract.report import RecordKind
from agent.errors import AgentError
from agent.evidence.journal import Journal
from strict_yaml.validation_fault import ValidationFault

log = logging.getLogger(__name__)
OperationName = Literal["tone", "pattern", "label", "silence-on", "silence-off", "reload", "bundle"]
Action = Literal[OperationName, "enter", "leave", "wrong-pin"]
Outcome = Literal["done", "refused", "failed"]
MAX_SUBJECT = 64
COMMAND: RecordKind = "command"


class OperationRefusedError(AgentError):
    """The box does not do this now.

    `code` has a text in `page.messages`, `subject` is the zone, face or output.
    """


@dataclass(frozen=True)
class Requester:
    """Who orders an operation, as the journal names it.

    Args:
        by: the way it came: `page`, or the role that signed a command.
        address: of the browser; empty for a command.
    """

    by: str
    address: str

    @property
    def is_remote(self) -> bool:
        """Was it ordered by a signed command, and not at the station?"""
        return not self.address


@dataclass(frozen=True)
class OperationOutput:
    """What an operation hands back: faults of the settings, or the bytes of an archive."""

    faults: Sequence[ValidationFault] = ()
    archive: bytes = b""


NOTHING = OperationOutput()
Operation = Callable[[str, Requester], Awaitable[OperationOutput]]


@dataclass(frozen=True)
class OperationResult:
    """How an operation ended.

    Args:
        outcome: done, refused by the box, or failed.
        code: of the refusal or failure.
        subject: what the refusal is about.
        message: of the failure.
        output: of what was done.
    """

    outcome: Outcome
    code: str = ""
    subject: str = ""
    message: str = ""
    output: OperationOutput = NOTHING


class Operations:
    """Runs operations one at a time, and records each.

    Args:
        operations: what each name does with its subject; see `operation_set`.
        journal: takes the records.
    """

    def __init__(self, operations: Mapping[OperationName, Operation], journal: Journal) -> None:
        self._operations = operations
        self._journal = journal
        self._running = asyncio.Lock()

    async def run(self, name: OperationName, subject: str, requester: Requester) -> OperationResult:
        """Run one operation; a refusal or a failure is a result too.

        Args:
            name: what is to be done.
            subject: the zone or face; empty where there is none.
            requester: who orders it.
        """
        result = await self.perform(name, subject, requester)
        await self.record(name, subject, requester, result.outcome, result.code)
        return result

    async def perform(
        self, name: OperationName, subject: str, requester: Requester
    ) -> OperationResult:
        """As `run`, without a record: the caller writes one that says more."""
        try:
            async with self._running:
                output = await self._operations[name](subject, requester)
        except OperationRefusedError as error:
            return OperationResult("refused", error.code, error.subject)
        except AgentError as error:
            log.warning("operation %s failed: %s", name, error)
            return OperationResult("failed", error.code, message=str(error))
        return OperationResult("done", output=output)

    async def record(
        self, action: Action, subject: str, requester: Requester, outcome: Outcome, code: str = ""
    ) -> None:
        """Record one action; a failure of the journal is logged and stops nothing."""
        detail: dict[str, str | int | float | bool | list[str] | None] = {
            "do": action,
            "subject": subject[:MAX_SUBJECT],
            "by": requester.by,
            "from": requester.address,
            "result": outcome,
            "code": code or None,
        }
        try:
            await self._journal.append(COMMAND, detail=detail)
        except AgentError:
            log.exception("operation %s is not in the journal", action)
