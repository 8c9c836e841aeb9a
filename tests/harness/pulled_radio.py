"""A radio that a box pulls itself: the source with its real processes, and what comes out."""

from __future__ import annotations

import asyncio
import contextlib
import os
import wave
from array import array
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from agent.clock import Clock, boot_s, mono_s
from agent.contract.accepted import HeldDocument
from agent.contract.document import (
    Body,
    Entry,
    EntryStart,
    Medium,
    Playlist,
    Relay,
    When,
)
from agent.contract.priority import Level
from agent.live.relay.relay_access import RelayAccess
from agent.live.relay.relay_source import RelaySource
from agent.plan.occurrence import Occurrence
from agent.play.item import Item
from agent.playout.item_builder import build_item
from tests.harness.relay_gateway import FILLER_HZ, sine, tones_of, until

SOON_S = 0.5
FILLER_S = 2


def relay_item(url: str, host_key: str | None = None) -> Item:
    """An item as the schedule builds it."""
    now = datetime.now(UTC)
    entry = Entry(
        "e1", "Tiếp âm VOV1", "vi", ["*"], When(["05:30:00"], [1], "2026-11-23", "2026-11-29"),
        EntryStart("at"), Body(relay=Relay(url, host_key)), max_ms=1_800_000,
    )  # fmt: skip
    playlist = Playlist(
        kind="playlist", issuer="vn.84.29266", class_="routine", to=["84/29266/*"],
        doc_id="ab" * 16, slot="tuan", epoch=1, seq=1, issued="", not_before="", expires="",
        media=[], entries=[entry],
    )  # fmt: skip
    end_at = now + timedelta(minutes=30)
    occurrence = Occurrence(
        document=HeldDocument(playlist, "cd" * 32, b"", now), entry=entry, level=Level.SCHEDULED,
        start_at=now, end_at=end_at, latest_end_at=end_at, medium="sound",
    )  # fmt: skip
    return build_item(occurrence, lambda _digest: None)


class FillerFiles:
    """A store with one tone in it.

    Args:
        folder: for its file.
    """

    high_pass_hz = 0

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / "nen.wav"
        with wave.open(str(self._path), "wb") as file:
            file.setparams((1, 2, 48_000, 0, "NONE", ""))
            file.writeframes(sine(FILLER_HZ, FILLER_S))
        size = self._path.stat().st_size
        self.medium = Medium("ef" * 32, size, "audio/wav", FILLER_S * 1000, [])

    async def open(self, _digest: Any, _size_bytes: int) -> int:
        return os.open(self._path, os.O_RDONLY)

    def path(self, digest: Any) -> Path:
        return self.folder / digest

    def loudness_of(self, _digest: Any) -> None:
        return None


@dataclass
class PulledRadio:
    """One relay of a box, heard through its pipe."""

    source: RelaySource
    faults: list[tuple[str, str | None]]
    raw: bytearray = field(default_factory=bytearray)

    @property
    def open_issues(self) -> dict[str, str]:
        """The issues that are open now, with their hints."""
        latest = dict(self.faults)
        return {kind: hint for kind, hint in latest.items() if hint is not None}

    async def until_relayed(self, what: str, more_ms: int) -> None:
        """Wait until so much more of it was written, such as `radio_ms`."""
        wanted = self.source.relayed[what] + more_ms
        await until(lambda: self.source.relayed[what] >= wanted)

    def find_shortfall(self) -> str | None:
        """Of all that was written, as if it had been heard."""
        parts = ("radio_ms", "filler_ms", "silence_ms")
        return self.source.find_shortfall(sum(self.source.relayed[one] for one in parts), 0)

    def heard(self) -> list[int]:
        """The tones, one after the other."""
        return [hz for _, hz in tones_of(array("h", bytes(self.raw[: len(self.raw) & ~1])))]


@contextlib.asynccontextmanager
async def pull(
    url: str,
    ca: Path,
    *,
    hosts: Collection[str],
    filler: FillerFiles | None = None,
    allow_private: bool = True,
    host_key: str | None = None,
) -> AsyncIterator[PulledRadio]:
    """A relay that is on until the end of the block."""
    clock = Clock()
    clock.fix(datetime.now(UTC), boot_s())
    faults: list[tuple[str, str | None]] = []
    access = RelayAccess(
        lambda: hosts, allow_private, str(ca), clock,
        lambda _issuer: () if filler is None else (filler.medium,),
        lambda kind, _subject, hint: faults.append((kind, hint)),
    )  # fmt: skip
    media: Any = filler or FillerFiles(ca.parent)
    source = RelaySource(replace(relay_item(url, host_key)), access, media)
    feed = await source.prepare(0)
    radio = PulledRadio(source, faults)
    reading = asyncio.create_task(asyncio.to_thread(_read_all, feed.read_fd, radio.raw))
    try:
        source.start(mono_s() + SOON_S)
        yield radio
    finally:
        await source.stop()
        await reading


def _read_all(fd: int, into: bytearray) -> None:
    with open(fd, "rb", buffering=0) as file:
        while block := file.read(1 << 16):
            into += block
