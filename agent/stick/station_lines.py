"""The lines of a station's file, from a stick or the page, in the order in which they come.

Files of the authority are kept until the updater wants them; it names the next one when it has read
one. A station-config says where the box stands and so which of them it needs: a box that has no
place yet refuses its config the first time, and takes it once those files are in force.
"""

from __future__ import annotations

from dataclasses import dataclass

from agent.contract.stick import StickReader, kind_of
from agent.stick.visit import Visit

CONFIG = "station-config"
ROUNDS = 12  # a file of the authority may name the next one, to the depth of the tree
MAX_FILES, MAX_BYTES = 256, 2 << 20  # of the authority, as its inbox has
MAX_NAME = 128
GOOD = ("accepted", "held")


@dataclass(frozen=True)
class LineTaken:
    """What became of a line: the kind of its document, else empty, and the outcome."""

    kind: str
    outcome: str


class StationLines:
    """Takes one file.

    Args:
        visit: takes what is in it.
        station: of this box; a file for another one is refused.
    """

    def __init__(self, visit: Visit, station: str) -> None:
        self._visit = visit
        self._station = station
        self._reader = StickReader()
        self._authority: dict[str, bytes] = {}

    @property
    def is_whole(self) -> bool:
        """Was its end read, and did it fit?"""
        return self._reader.is_whole

    @property
    def made_at(self) -> str:
        """When the centre wrote it; empty before the header."""
        return "" if self._reader.header is None else self._reader.header.made_at

    async def take(self, raw: bytes) -> LineTaken:
        """Take the next line.

        Raises:
            ValueError: it is no line of a station's file, or of another station's.
        """
        had_header = self._reader.header is not None
        line = self._reader.read(raw)
        header = self._reader.header
        if not had_header and header is not None and header.station != self._station:
            raise ValueError(f"for {header.station}")
        if line is None:
            return LineTaken("", "ok")
        if line.authority:
            self._keep(line.authority, line.raw.encode())
            return LineTaken("", "ok")
        return await self._take_document(line.document.encode())

    def _keep(self, name: str, raw: bytes) -> None:
        held = sum(len(one) for one in self._authority.values())
        if held + len(raw) > MAX_BYTES or len(name) > MAX_NAME:
            raise ValueError(f"no file of the authority: {name[:80]}")
        if len(self._authority) >= MAX_FILES:
            raise ValueError("too many files of the authority")
        self._authority[name] = raw

    async def _take_document(self, envelope: bytes) -> LineTaken:
        await self._hand_authority()
        kind = _kind(envelope)
        outcome = await self._visit.take_document(envelope)
        if kind == CONFIG:
            await self._hand_authority()
            if outcome not in GOOD:
                outcome = await self._visit.take_document(envelope)
                await self._hand_authority()
        return LineTaken(kind, outcome)

    async def _hand_authority(self) -> None:
        """Hand over what is wanted, until nothing of it is here."""
        for _ in range(ROUNDS):
            names = set(await self._visit.settle()) & self._authority.keys()
            if not names:
                return
            for name in sorted(names):
                await self._visit.take_authority(name, self._authority.pop(name))


def _kind(envelope: bytes) -> str:
    try:
        return kind_of(envelope)
    except ValueError:
        return "?"
