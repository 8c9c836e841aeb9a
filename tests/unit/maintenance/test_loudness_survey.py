"""Each medium is measured once, the soonest first, while nothing sounds; its figures survive."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agent.contract.document import Medium
from agent.contract.ids import Digest
from agent.contract.loudness import Loudness
from agent.errors import PlayError
from agent.maintenance.loudness_survey import LoudnessSurvey
from agent.play.decode.clip_sequence import Track
from agent.store.database import Store
from agent.store.media import MediaStore
from agent.store.media_loudness import load_loudness

AT = datetime(2026, 12, 1, tzinfo=UTC)
CONTENTS = {"news": b"news", "song": b"song", "blank": b"blank", "broken": b"broken"}
DIGESTS = {name: Digest(hashlib.sha256(raw).hexdigest()) for name, raw in CONTENTS.items()}
FIGURES = {
    b"news": Loudness(-23, -9),
    b"song": Loudness(-9, 0, is_clipped=True),
    b"blank": Loudness(-70, -120),
}


@dataclass
class Bench:
    """A survey with files in store, and a meter that reads a table instead of sound."""

    store: Store
    media: MediaStore
    named: list[str] = field(default_factory=list)
    needed: dict[str, datetime] = field(default_factory=dict)
    measured: list[bytes] = field(default_factory=list)
    issues: dict[tuple[str, str], str | None] = field(default_factory=dict)
    is_sounding: bool = False

    @property
    def documents(self) -> Any:
        return SimpleNamespace(with_media=self, is_named=self.is_named, media=[])

    def __iter__(self) -> Any:
        media = [
            Medium(DIGESTS[name], len(CONTENTS[name]), "audio/mpeg", 1000, [])
            for name in self.named
        ]
        picture = Medium("f" * 64, 1, "image/png", 0, [])
        return iter([SimpleNamespace(media=[*media, picture])])

    def is_named(self, digest: Digest) -> bool:
        return digest in [DIGESTS[name] for name in self.named]

    async def measure(self, track: Track) -> Loudness:
        content = await asyncio.to_thread(_read, track.fd)
        self.measured.append(content)
        if content not in FIGURES:
            raise PlayError("E_DECODE", "ffmpeg 1", "Invalid data")
        return FIGURES[content]

    def set_issue(self, kind: str, subject: str, hint: str | None) -> None:
        self.issues[kind, subject] = hint

    def build(self) -> LoudnessSurvey:
        return LoudnessSurvey(
            self.store, self.media, self.documents, needed_at=lambda: self.needed,
            set_issue=self.set_issue, is_sounding=lambda: self.is_sounding, measure=self.measure,
        )  # fmt: skip

    def hint(self, name: str) -> str | None:
        return self.issues.get(("media_sound", DIGESTS[name][:12]))


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    store = await asyncio.to_thread(Store.open, tmp_path)
    media = await asyncio.to_thread(MediaStore, tmp_path / "media")
    for name, content in CONTENTS.items():
        await asyncio.to_thread(media.path(DIGESTS[name]).write_bytes, content)
    await media.refresh()
    yield Bench(store, media)
    await asyncio.to_thread(store.close)


def _read(fd: int) -> bytes:
    with os.fdopen(fd, "rb") as file:
        return file.read()


@asynccontextmanager
async def at_work(bench: Bench, until: Callable[[], bool]) -> AsyncIterator[LoudnessSurvey]:
    survey = bench.build()
    await survey.load()
    running = asyncio.create_task(survey.run())
    try:
        await _wait(until)
        yield survey
    finally:
        running.cancel()
        await asyncio.wait([running])


async def _wait(until: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not until():  # noqa: ASYNC110 - the survey tells no events
            await asyncio.sleep(0.01)


async def test_what_is_due_first_is_measured_first_and_pictures_never(bench: Bench) -> None:
    bench.named = ["song", "news"]
    bench.needed = {DIGESTS["news"]: AT, DIGESTS["song"]: AT + timedelta(hours=1)}
    async with at_work(bench, lambda: len(bench.media.loudness) == 2):
        assert bench.measured == [b"news", b"song"]
    assert bench.media.loudness_of(DIGESTS["news"]) == FIGURES[b"news"]
    assert bench.media.loudness_of(DIGESTS["blank"]) is None


async def test_the_figures_survive_a_restart(bench: Bench) -> None:
    bench.named = ["song"]
    async with at_work(bench, lambda: bool(bench.media.loudness)):
        pass
    bench.media.loudness.clear()
    bench.named = ["song", "news"]
    async with at_work(bench, lambda: len(bench.media.loudness) == 2):
        assert bench.measured == [b"song", b"news"]
    assert bench.media.loudness[DIGESTS["song"]] == FIGURES[b"song"]


async def test_what_will_not_sound_well_is_an_issue_until_no_document_names_it(
    bench: Bench,
) -> None:
    bench.named = ["blank", "song", "broken", "news"]
    async with at_work(bench, lambda: len(bench.issues) == 3) as survey:
        assert bench.hint("blank") == "blank: -70 LUFS"
        assert bench.hint("song") == "clipped: peak +0.0 dBTP"
        assert "Invalid data" in str(bench.hint("broken"))
        assert bench.hint("news") is None
        bench.named = ["news"]
        survey.changed()
        await _wait(lambda: not any(bench.issues.values()))


async def test_what_cannot_be_decoded_is_not_tried_for_ever(bench: Bench) -> None:
    bench.named = ["broken", "news"]
    bench.needed = {DIGESTS["broken"]: AT}
    async with at_work(bench, lambda: bool(bench.media.loudness)) as survey:
        survey.changed()
        await _wait(lambda: bench.hint("broken") is not None)
        assert bench.measured == [b"broken", b"news"]


async def test_a_failure_of_the_software_is_an_issue_of_its_medium_and_not_met_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure = bench.measure

    async def fail_once(track: Track) -> Loudness:
        if not bench.measured:
            await measure(track)
            raise KeyError("lufs")
        return await measure(track)

    monkeypatch.setattr(bench, "measure", fail_once)
    bench.named = ["song", "news"]
    bench.needed = {DIGESTS["song"]: AT}
    survey = bench.build()
    with pytest.raises(KeyError):
        await survey.run()
    running = asyncio.create_task(survey.run())  # as whoever keeps it running does
    await _wait(lambda: bool(bench.media.loudness))
    running.cancel()
    await asyncio.wait([running])
    assert bench.measured == [b"song", b"news"]
    assert bench.hint("song") == "E_INTERNAL: KeyError: 'lufs'"


async def test_a_damaged_medium_is_measured_once_a_good_copy_has_come(bench: Bench) -> None:
    bench.named, song = ["news"], DIGESTS["news"]
    await asyncio.to_thread(bench.media.path(song).write_bytes, b"damaged")
    async with at_work(bench, lambda: bench.hint("news") is not None) as survey:
        await asyncio.to_thread(bench.media.path(song).write_bytes, CONTENTS["news"])
        await bench.media.refresh()
        survey.on_arrival(song)
        await _wait(lambda: bench.hint("news") is None)
        assert bench.media.loudness_of(song) == FIGURES[b"news"]


async def test_nothing_is_measured_while_something_sounds(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    async def rest(seconds: float) -> None:
        asked.append(seconds)
        assert bench.measured == []
        bench.is_sounding = len(asked) < 3

    monkeypatch.setattr("agent.maintenance.loudness_survey.asyncio.sleep", rest)
    bench.named, bench.is_sounding = ["news"], True
    survey = bench.build()
    await survey._wait_for_quiet()
    assert asked == [1.0, 1.0, 1.0]


async def test_the_figures_of_a_deleted_medium_are_forgotten(bench: Bench) -> None:
    bench.named = ["song", "news"]
    async with at_work(bench, lambda: len(bench.media.loudness) == 2) as survey:
        bench.named = ["news"]
        await asyncio.to_thread(bench.media.remove, DIGESTS["song"])
        survey.changed()
        async with asyncio.timeout(20):  # the store is told after the figures in use
            while DIGESTS["song"] in await bench.store.run(load_loudness):  # noqa: ASYNC110 - a worker thread empties a table
                await asyncio.sleep(0.01)
        assert DIGESTS["song"] not in bench.media.loudness
    bench.media.loudness.clear()
    survey = bench.build()
    await survey.load()
    assert list(bench.media.loudness) == [DIGESTS["news"]]
