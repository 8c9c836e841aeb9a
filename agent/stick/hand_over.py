"""From the folder of a stick to the agent and back: what one visit does, step by step.

Files first that prove who may sign, then documents in the order of the station's file, then media;
then the visit is recorded, and journal, bundle and result go onto the stick. Whatever ends it
early leaves a box that has taken some things whole, and the next visit goes on from there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from agent.contract.stick import (
    MAX_BUNDLE_BYTES,
    MAX_FILE_BYTES,
    MAX_LINE_BYTES,
    MAX_MEDIUM_BYTES,
    MEDIA,
    RESULTS,
    STATIONS,
    UP,
    UP_FILE,
    StickReader,
)
from agent.errors import AgentError, StoreError
from agent.stick.agent_call import AgentCall
from agent.stick.report import Report
from agent.stick.stick_folder import StickFolder, read_blocks, read_lines
from agent.stick.wire import Question, Wanted

log = logging.getLogger(__name__)
Tell = Callable[[str, tuple[object, ...]], None]


@dataclass(frozen=True)
class Choice:
    """What the person wants besides: all records, the support bundle."""

    by: str
    is_all: bool = False
    with_bundle: bool = False


class HandOver:
    """One visit.

    Args:
        stick: its folder.
        agent: the connection to the agent.
        choice: see `Choice`.
        tell: called with the code and arguments of each step, for a person who waits.
    """

    def __init__(self, stick: StickFolder, agent: AgentCall, choice: Choice, tell: Tell) -> None:
        self._stick = stick
        self._agent = agent
        self._choice = choice
        self._tell = tell

    def run(self) -> Report:
        """Take all, give all.

        Raises:
            LinkError: E_NO_AGENT.
            StoreError: E_BUSY, another visit is under way.
        """
        answer, _ = self._agent.ask(Question("begin", self._choice.by))
        if answer.outcome != "ok":
            raise StoreError(answer.outcome, "visit", answer.detail)
        report = Report(answer.detail)
        for step in (self._take_file, self._take_media, self._record, self._give):
            try:
                step(report)
            except StoreError as error:  # the stick's fault: what else can be done is done
                log.warning("%s", error)
                report.faults.append((error.code, error.subject))
        return report

    # In

    def _take_file(self, report: Report) -> None:
        name = f"{report.station}.jsonl"
        with self._stick.reading(STATIONS, name, most_bytes=MAX_FILE_BYTES) as file:
            if file is None:
                return
            reader = StickReader()
            try:
                for raw in read_lines(file, MAX_LINE_BYTES + 1):
                    reader.read(raw)
                    self._take_line(raw, report)
            except ValueError as error:
                raise StoreError("E_STICK_CUT", name, str(error)) from error
            finally:
                if reader.header is not None:
                    report.is_filled, report.made_at = True, reader.header.made_at
            if not reader.is_whole:
                raise StoreError("E_STICK_CUT", name, "it ends early")

    def _take_line(self, raw: bytes, report: Report) -> None:
        answer, _ = self._agent.ask(Question("line", bytes=len(raw)), raw)
        if answer.outcome == "E_STICK_CUT":
            raise ValueError(answer.detail)
        if answer.kind:
            self._tell("step.document", (answer.kind, answer.outcome))
            report.note(answer.kind, answer.outcome)

    def _take_media(self, report: Report) -> None:
        wanted = self._agent.ask(Question("wanted"))[0].wanted
        for number, medium in enumerate(wanted, 1):
            self._tell("step.medium", (number, len(wanted)))
            try:
                self._take_medium(medium, report)
            except StoreError as error:
                report.faults.append((error.code, error.subject))

    def _take_medium(self, medium: Wanted, report: Report) -> None:
        with self._stick.reading(MEDIA, medium.sha256, most_bytes=MAX_MEDIUM_BYTES) as file:
            if file is None:
                return
            begin = medium.have if medium.have <= medium.bytes else 0
            for block in read_blocks(file, begin):
                answer, _ = self._agent.ask(Question("block", medium.sha256, len(block)), block)
                if answer.outcome != "ok":
                    report.faults.append((answer.outcome, medium.sha256[:12]))
                    return
        answer, _ = self._agent.ask(Question("commit", medium.sha256))
        if answer.outcome not in ("accepted", "held"):
            report.faults.append((answer.outcome, medium.sha256[:12]))

    # Out

    def _record(self, report: Report) -> None:
        tally = self._agent.ask(Question("record"))[0].tally
        report.tally = tally if tally is not None else report.tally

    def _give(self, report: Report) -> None:
        self._tell("step.journal", ())
        while True:
            answer, envelope = self._agent.ask(Question("up", is_all=self._choice.is_all))
            if answer.outcome == "end":
                break
            if answer.outcome != "ok" or not UP_FILE.match(answer.detail):
                raise StoreError(answer.outcome, "journal", answer.detail)
            self._stick.write(UP, report.station, answer.detail, content=envelope)
            report.records += 1
        if self._choice.with_bundle:
            self._tell("step.bundle", ())
            answer, bundle = self._agent.ask(Question("bundle"))
            if answer.outcome != "ok" or len(bundle) > MAX_BUNDLE_BYTES:
                raise StoreError(answer.outcome, "bundle", answer.detail)
            self._stick.write(UP, report.station, "bundle.tar.gz", content=bundle)
            report.has_bundle = True

    def leave_result(self, report: Report, text: str) -> Report:
        """Write the result for a person; without room only the report says so."""
        try:
            self._stick.write(RESULTS, f"{report.station}.txt", content=text.encode())
        except AgentError as error:
            return replace(report, faults=[*report.faults, (error.code, error.subject)])
        return report
