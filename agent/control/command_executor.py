"""Carries out signed commands: each once, in the order in which they were accepted.

A result is stored together with what the command changes, or before anything is done that cannot be
stored with it; so no power cut makes a command count twice. It is reported afterwards, also after a
restart: by a `res` and a `command` record in the journal.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from functools import partial

import msgspec
from msgspec import UNSET

from agent.clock import Clock, Now
from agent.contract.command_args import ignored_args, read_args
from agent.contract.document import Command
from agent.contract.report import FacePicture, Result
from agent.contract.utc import parse_utc
from agent.control.operations import (
    COMMAND,
    MAX_SUBJECT,
    OperationName,
    OperationRefusedError,
    Operations,
    Requester,
)
from agent.control.screenshots import Screenshots
from agent.control.zone_level_change import LEVEL_COMMANDS, change_levels
from agent.errors import AgentError, StoreError
from agent.evidence.journal import Journal
from agent.settings.model import Settings
from agent.signals import Signal
from agent.state.documents_in_force import DocumentsInForce
from agent.state.zone_levels import ZoneLevels
from agent.store.command_results import (
    CommandResult,
    Outcome,
    Results,
    drop_old,
    load_results,
    save_results,
)
from agent.store.database import Store

log = logging.getLogger(__name__)
MAX_HINT = 200
OPERATION_OF: dict[str, OperationName] = {"tone": "tone", "restart": "reload"}


class CommandExecutor:
    """The commands among the documents in force. Call `load` once before `run`.

    Args:
        settings: of this box.
        store: keeps the results.
        clock: the only source of time.
        journal: takes a record of each.
        documents: those in force.
        levels: what `volume` and `mute` change.
        operations: the operations of this box, built when first needed.
        screenshots: takes pictures of what faces show.

    Attributes:
        carried_out: emitted with the result of each command.
    """

    def __init__(  # noqa: PLR0913 - one keyword a part of the box
        self,
        settings: Settings,
        *,
        store: Store,
        clock: Clock,
        journal: Journal,
        documents: DocumentsInForce,
        levels: ZoneLevels,
        operations: Callable[[], Operations],
        screenshots: Screenshots,
    ) -> None:
        self.carried_out = Signal[[Result]]()
        self._settings = settings
        self._store = store
        self._clock = clock
        self._journal = journal
        self._documents = documents
        self._levels = levels
        self._operations = operations
        self._screenshots = screenshots
        self._pictures: dict[str, list[FacePicture]] = {}  # of results that are not reported
        self._results: Results = {}
        self._broken: set[str] = set()  # not tried again in this run
        self._wake = asyncio.Event()

    async def load(self) -> None:
        """Read the results of former runs; what was begun there has ended with it.

        Raises:
            StoreError: the database cannot be read.
        """
        stored = await self._store.run(load_results)
        self._results = {name: _end_begun(one) for name, one in stored.items()}

    def check(self) -> None:
        """A document was judged, or the clock has changed."""
        self._wake.set()

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            self._wake.clear()
            await self.carry_out_due()
            await self._wake.wait()

    async def carry_out_due(self) -> None:
        """Carry out every command that is due, and report every result that is not reported."""
        while (due := self._next()) is not None:
            await self._carry_out(*due)
        await self._report_all()

    def _next(self) -> tuple[str, Command] | None:
        """The oldest command without a result. Without a trusted clock none: it may have expired.

        One that a newer command of its slot has replaced, or whose issuer has lost the right, is
        not in force and has no effect.
        """
        if not self._clock.now().is_trusted:
            return None
        for one in self._documents.held:
            known = one.sha256 in self._results or one.sha256 in self._broken
            if isinstance(one.document, Command) and not known:
                return one.sha256, one.document
        return None

    async def _carry_out(self, sha256: str, command: Command) -> None:
        try:
            _verify_in_time(command, self._clock.now())
            if command.do in LEVEL_COMMANDS:
                await self._change_levels(sha256, command)
            elif command.do == "screenshot":
                await self._take_pictures(sha256, command)
            else:
                await self._operate(sha256, command)
        except OperationRefusedError as error:
            await self._keep(sha256, _build_result(command, "refused", error))
        except AgentError as error:
            log.warning("command %s failed: %s", command.doc_id, error)
            await self._keep(sha256, _build_result(command, "failed", error))
        except Exception as error:
            # without a result it would be carried out again, and hold up those behind it
            self._broken.add(sha256)
            hint = f"{type(error).__name__}: {error}"[:MAX_HINT]
            failure = AgentError("E_INTERNAL", command.do, hint)
            await self._keep(sha256, _build_result(command, "failed", failure))
            raise

    async def _change_levels(self, sha256: str, command: Command) -> None:
        now = self._clock.now()
        changes = change_levels(command, self._settings, self._levels, now)
        results = self._with(sha256, _build_result(command, "done"))
        await self._levels.update(changes, now, partial(_save, results))
        self._results = results

    async def _take_pictures(self, sha256: str, command: Command) -> None:
        """The pictures are not stored: after a power cut the command has failed."""
        await self._put(sha256, _build_result(command, "begun"))
        zones = read_args(command).zones
        self._pictures[sha256] = await self._screenshots.take([] if zones is UNSET else zones)
        await self._put(sha256, _build_result(command, "done"))

    async def _operate(self, sha256: str, command: Command) -> None:
        await self._put(sha256, _build_result(command, "begun"))
        zones = read_args(command).zones
        subject = "" if zones is UNSET else zones[0]
        requester = Requester(command.issuer, "")
        result = await self._operations().perform(OPERATION_OF[command.do], subject, requester)
        if result.output.faults:
            fault = result.output.faults[0]
            raise AgentError("E_SETTINGS", fault.file, str(fault))
        if result.outcome != "done":
            kind = OperationRefusedError if result.outcome == "refused" else AgentError
            raise kind(result.code, result.subject, result.message)
        await self._put(sha256, _build_result(command, "done"))

    async def _keep(self, sha256: str, result: CommandResult) -> None:
        """Store a result; in this run it counts even if the card does not take it."""
        try:
            await self._put(sha256, result)
        except StoreError:
            log.exception("the result of command %s is not stored", result.doc_id)
            self._results = self._with(sha256, result)

    def _with(self, sha256: str, result: CommandResult) -> Results:
        held = {one.sha256 for one in self._documents.held}
        return drop_old({**self._results, sha256: result}, held)

    async def _put(self, sha256: str, result: CommandResult) -> None:
        results = self._with(sha256, result)
        await self._store.run(save_results, results)
        self._results = results

    async def _report_all(self) -> None:
        for sha256, result in list(self._results.items()):
            if not result.is_reported and result.outcome != "begun":
                await self._report(sha256, result)

    async def _report(self, sha256: str, result: CommandResult) -> None:
        if result.outcome == "begun":
            raise ValueError("it has not ended")
        pictures = self._pictures.pop(sha256, [])
        detail = {**result.record, "result": result.outcome, "code": result.code}
        if pictures:
            detail["frames"] = ", ".join(f"{one.face} {one.frame_sha256}" for one in pictures)
        try:
            await self._journal.append(COMMAND, detail={**detail})
        except AgentError:
            log.exception("command %s is not in the journal", result.doc_id)
        self.carried_out.emit(
            Result(
                result.doc_id, result.outcome, result.code, result.hint[:300], COMMAND, sha256,
                ignored=list(result.ignored) or UNSET, pictures=pictures or UNSET,
            )
        )  # fmt: skip
        await self._keep(sha256, msgspec.structs.replace(result, is_reported=True))


def _save(results: Results, connection: sqlite3.Connection) -> None:
    save_results(connection, results)


def _verify_in_time(command: Command, now: Now) -> None:
    """A command that was kept from the box until it is too old wakes nobody."""
    if now.is_past(parse_utc(command.expires)):
        raise OperationRefusedError("E_EXPIRED", command.do, f"expired at {command.expires}")


def _build_result(
    command: Command, outcome: Outcome, error: AgentError | None = None
) -> CommandResult:
    hint = "" if error is None else ": ".join(filter(None, (error.subject, error.hint)))
    code = None if error is None else error.code
    return CommandResult(
        command.doc_id, outcome, _describe(command), code, hint, ignored_args(command)
    )


def _describe(command: Command) -> dict[str, str | int | None]:
    """What the journal says of a command: what, where, and who signed it."""
    args = read_args(command)
    zones = "*" if args.zones is UNSET else ", ".join(args.zones)
    values = {"gain_db": args.gain_db, "until": args.until, "pct": args.pct}
    return {
        "do": command.do,
        "subject": zones[:MAX_SUBJECT] if command.do != "restart" else "",
        "by": command.issuer,
        "doc_id": command.doc_id,
        "slot": command.slot,
        "editor": command.editor,
        "approver": command.approver,
        **{name: value for name, value in values.items() if value is not UNSET},
    }


def _end_begun(result: CommandResult) -> CommandResult:
    """A restart that was begun has taken place; whether a tone was heard is unknown."""
    if result.outcome != "begun":
        return result
    if result.record.get("do") == "restart":
        return msgspec.structs.replace(result, outcome="done")
    hint = "the box stopped before its end"
    return msgspec.structs.replace(result, outcome="failed", code="E_INTERRUPTED", hint=hint)
