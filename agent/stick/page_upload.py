"""What the page's form brings: a station's file and media, into a visit like a stick's."""

from __future__ import annotations

import msgspec

from agent.contract.ids import DIGEST
from agent.contract.stick import MAX_LINE_BYTES, UpLine
from agent.stick.report import Report
from agent.stick.station_lines import StationLines
from agent.stick.visit import Visit

BLOCK_BYTES = 256 * 1024


class PageUpload:
    """Takes the files of one form, one after the other.

    Args:
        visit: takes what is in them.
        station: of this box.
    """

    def __init__(self, visit: Visit, station: str) -> None:
        self.report = Report(station)
        self._visit = visit
        self._name = ""
        self._lines: StationLines | None = None
        self._rest = b""
        self._is_refused = False

    def begin(self, name: str) -> None:
        """A file begins: one named by a sha256 is a medium, any other a station's file."""
        self._name, self._rest, self._is_refused = name, b"", False
        is_medium = DIGEST.match(name) is not None
        self._lines = None if is_medium else StationLines(self._visit, self.report.station)

    async def add(self, block: bytes) -> None:
        """Bytes of the file; what follows its first fault is dropped."""
        if self._is_refused:
            return
        self._rest += block
        if self._lines is not None:
            await self._take_lines(self._lines)
        elif len(self._rest) >= BLOCK_BYTES:
            await self._take_block()

    async def end(self) -> None:
        """The file is complete."""
        if self._is_refused or not self._name:
            return
        if self._lines is not None:
            if not self._lines.is_whole:
                self._refuse("E_STICK_CUT")
            return
        if self._rest:
            await self._take_block()
        if not self._is_refused:
            outcome = await self._visit.commit_medium(self._name)
            if outcome not in ("accepted", "held"):
                self._refuse(outcome)

    async def finish(self) -> Report:
        """Write the visit into the journal; what it has done.

        Raises:
            StoreError: the journal cannot be written.
        """
        self.report.tally = await self._visit.record()
        return self.report

    async def _take_lines(self, lines: StationLines) -> None:
        while b"\n" in self._rest:
            line, _, self._rest = self._rest.partition(b"\n")
            try:
                taken = await lines.take(line + b"\n")
            except ValueError:
                self._refuse("E_STICK_CUT")
                return
            self.report.is_filled, self.report.made_at = True, lines.made_at
            if taken.kind:
                self.report.note(taken.kind, taken.outcome)
        if len(self._rest) > MAX_LINE_BYTES:
            self._refuse("E_STICK_CUT")

    async def _take_block(self) -> None:
        block, self._rest = self._rest, b""
        outcome = await self._visit.take_block(self._name, block)
        if outcome == "E_MEDIA":  # it is here, or no document in force names it
            self._is_refused = True
        elif outcome != "ok":
            self._refuse(outcome)

    def _refuse(self, code: str) -> None:
        self._is_refused = True
        self.report.faults.append((code, self._name[:40]))


async def collect_journal(visit: Visit, station: str, *, is_all: bool, most_bytes: int) -> bytes:
    """What the centre lacks as one file: a line a report.

    Raises:
        StoreError: the journal cannot be read.
    """
    lines: list[bytes] = []
    size = 0
    async for message in visit.messages_up(is_all=is_all):
        line = UpLine(station, message.name, message.envelope.decode())
        lines.append(msgspec.json.encode(line) + b"\n")
        size += len(lines[-1])
        if size > most_bytes:
            break
    return b"".join(lines)
