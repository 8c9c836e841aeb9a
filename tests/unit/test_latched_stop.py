"""What is stopped by two stays so: no stolen time key, no move and no new key lifts it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio
from fake_publisher import FakePublisher

from agent.health.issue import Issues
from agent.plan.silence import ActiveSilence, silence_on
from agent.silence import Parts, Silences
from agent.trust.tree import load_tree
from central.demo.stand import until
from tests.fakes.deaf_box import DeafBox
from tests.fakes.head_desk import HOUR, STATION, WEEK
from tests.unit.trust.test_verify import AT, _utc, playlist, seal, silence, station_config

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
COMMUNE, PROVINCE = "vn.84.29266", "vn.84"


class Stand:
    """A box in its place under a tree, and those who sign."""

    def __init__(self, folder: Path) -> None:
        self.tree = FakePublisher()
        self.box = DeafBox(folder, STATION, load_tree(self.tree.files()), AT)

    async def send(self, document: dict[str, Any]) -> str:
        """A document, signed by the present keys of its issuer."""
        envelope = seal(document, *self.tree.signers(document["issuer"]))
        return await self.box.receive(envelope, document["kind"])

    async def order(self, state: str, seq: int, **changes: Any) -> str:
        """A silence of the province, signed now for two hours."""
        at = self.box.clock.now().at
        header = {"issued": _utc(at), "not_before": _utc(at), "expires": _utc(at + 2 * HOUR)}
        doc_id = f"{seq:032x}"
        return await self.send(silence(state=state, seq=seq, doc_id=doc_id, **header, **changes))

    async def set_clock(self, at: Any) -> None:
        """As by a time that was signed: by its key, whoever has it."""
        assert self.box.clock.fix(at, self.box.hand(), "stolen").verdict == "taken"
        await self.box.intake.restore()

    @property
    def stop(self) -> ActiveSilence | None:
        """What keeps the box silent."""
        return silence_on(self.box.held, self.box.clock.now())


@pytest_asyncio.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    begun = Stand(tmp_path)
    await begun.box.start()
    assert await begun.send(station_config(**WEEK)) == "accepted"
    begun.box.pass_time(MINUTE)
    assert await begun.order("on", 1) == "accepted"
    assert begun.stop is not None
    yield begun
    await begun.box.stop()


@asynccontextmanager
async def told_by(stand: Stand, issues: Issues) -> AsyncIterator[Silences]:
    """The room that tells of silences, alive."""
    box, journal = stand.box, stand.box.journal
    parts = Parts(
        box.store,
        box.clock,
        journal,  # type: ignore[arg-type]  # a fake one
        issues,
        lambda: box.held,
        lambda: None,
    )
    silences = Silences(parts)
    await silences.load()
    task = asyncio.create_task(silences.run(), name="silences")
    try:
        yield silences
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_stolen_time_key_lifts_no_stop_and_it_is_told(stand: Stand) -> None:
    issues = Issues(lambda: "", lambda _issue, _begins: None)

    def kinds() -> set[str]:
        return {one.kind for one in issues.all()}

    async with told_by(stand, issues) as silences:
        await until(lambda: kinds() == {"silence_ordered"}, "the stop is told")
        await stand.set_clock(AT + 390 * DAY)
        silences.changed()
        await until(lambda: "silence_overdue" in kinds(), "it is told that it is overdue")
        assert stand.stop is not None
        stand.box.pass_time(2 * HOUR)  # by the crystal, which no key moves
        silences.changed()
        await until(lambda: kinds() == set(), "both end")
    assert stand.stop is None


async def test_a_stop_ends_with_a_word_of_people_that_is_younger(stand: Stand) -> None:
    await stand.set_clock(AT + 3 * HOUR)
    assert stand.stop is not None
    later = {"issued": _utc(AT + 3 * HOUR), "not_before": _utc(AT + 3 * HOUR)}
    assert await stand.send(playlist(**later)) == "accepted"
    assert stand.stop is None
