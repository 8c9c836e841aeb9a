"""A box as far as authority reaches: real link, feed, intake and store, behind a real broker."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiomqtt

from agent.authority.tracker import AuthorityTracker
from agent.clock import BUILD_AT, Clock
from agent.contract.accepted import HeldDocument
from agent.contract.document import StationConfig
from agent.contract.ids import Place, parse_place
from agent.contract.report import Issue, Result
from agent.contract.topic import build_authority_topic, build_station_topic
from agent.contract.utc import encode_utc
from agent.evidence.journal import Journal
from agent.health.open_issues import Issues
from agent.ingest.pipeline import IngestPipeline
from agent.link.mqtt import MqttLink
from agent.state.documents_in_force import DocumentsInForce
from agent.store.database import Store
from agent.store.documents import load_floors
from agent.trust.authority import Grade
from agent.trust.current_authority import AuthorityInForce
from agent.trust.trust_anchor import load_installed
from tests.fakes.fake_publisher import AT, FakePublisher
from tests.harness.link_station import PACE, STATION, Address
from tests.harness.signed_documents import playlist, seal, station_config

PATIENCE_S = 60.0
PAUSE_S = 0.05
COMMUNE, PROVINCE, PAIR = "vn.84.29266", "vn.84", "vn.84.em"


@dataclass
class Centre:
    """A publisher, honest or not: all of `tree.wire` is published, retained."""

    client: aiomqtt.Client
    tree: FakePublisher

    async def publish(self, files: Mapping[str, bytes] | None = None) -> None:
        """Root files first and the timestamp last, as a centre does."""
        wanted = self.tree.wire if files is None else files
        for name in sorted(wanted, key=lambda name: (name == "timestamp.json", name)):
            await self.client.publish(build_authority_topic(name), wanted[name], qos=1, retain=True)

    async def send(self, document: dict[str, Any], *, issuer: str | None = None) -> None:
        """One document to the station, signed by its issuer."""
        envelope = seal(document, *self.tree.signers(issuer or document["issuer"]))
        topic = build_station_topic(STATION, document["kind"], document["slot"])
        await self.client.publish(topic, envelope, qos=1)


@dataclass
class Box:
    """What is in force, what was reported, and a clock that the test sets."""

    rights: AuthorityTracker
    store: Store
    clock: Clock
    issues: Issues
    boot_s: list[float]
    in_force: list[HeldDocument] = field(default_factory=list)
    greetings: int = 0
    place: Place | None = None
    results: list[Result] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)  # of authority files, also such as are over

    def on_issue(self, issue: Issue, begins: bool) -> None:  # noqa: FBT001 - a signal's slot
        if begins and issue.kind == "authority_refused":
            self.refusals.append(issue.hint)

    @property
    def versions(self) -> Mapping[str, int]:
        return self.rights.in_force.versions

    @property
    def grade(self) -> Grade:
        return self.rights.in_force.grade(self.clock.now())

    @property
    def kinds(self) -> list[str]:
        """Of the documents in force."""
        return sorted(one.document.kind for one in self.in_force)

    @property
    def fault(self) -> str:
        """Why the authority's files were refused; empty when they were not."""
        hints = [one.hint for one in self.issues.all() if one.kind == "authority_refused"]
        return hints[0] if hints else ""

    def set_time(self, at: datetime) -> None:
        """Later only."""
        self.boot_s[0] += max(0.0, (at - self.clock.now().at).total_seconds())
        assert self.clock.fix(at, self.boot_s[0]) is not None

    def codes(self, kind: str) -> list[str | None]:
        """Of the verdicts on one kind of document."""
        return [one.code for one in self.results if one.kind == kind]

    async def until(self, is_true: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not is_true():  # noqa: ASYNC110 - a broker and threads are between
                    await asyncio.sleep(0.01)
        except TimeoutError:
            told = f"{dict(self.versions)} {self.kinds} {self.refusals} {self.results}"
            raise AssertionError(told) from None

    async def refused(self, why: str) -> None:
        """Wait until the box reports that it refused files, and for this reason."""
        await self.until(lambda: any(why in hint for hint in self.refusals))

    async def journal(self) -> Sequence[dict[str, Any]]:
        def read(connection: Any) -> list[dict[str, Any]]:
            rows = connection.execute("SELECT bytes FROM journal ORDER BY seq")
            return [json.loads(row[0]) for row in rows]

        return await self.store.run(read)


@contextlib.asynccontextmanager
async def box(
    folder: Path, address: Address, installed: bytes, at: datetime = AT
) -> AsyncIterator[Box]:
    """A box that has just started, with this root, at this time."""
    store = await asyncio.to_thread(Store.open, folder)
    boot_s = [1000.0]
    clock = Clock(BUILD_AT, boot=lambda: boot_s[0])
    issues = Issues(lambda: encode_utc(clock.now().at))
    root = load_installed(installed)

    async def nothing(*_arguments: object) -> None:
        """Not what these tests are about."""

    in_force, documents = AuthorityInForce(root.authority), DocumentsInForce()
    journal = Journal(store, STATION, clock, "c" * 32)
    intake = IngestPipeline(
        STATION,
        authority=in_force,
        store=store,
        floors=await store.run(load_floors),
        clock=clock,
        journal=journal,
        acknowledge=nothing,
        documents=documents,
        set_issue=lambda *_: None,
    )
    rights = AuthorityTracker(
        root, in_force, store=store, clock=clock, issues=issues, restore=intake.restore,
        spread_s=0.0, pause_s=PAUSE_S,
    )  # fmt: skip
    made = Box(rights, store, clock, issues, boot_s)
    issues.changed.connect(made.on_issue)
    made.set_time(at)
    session = iter(range(1, 100))

    def take() -> None:
        made.in_force = list(documents.held)

    async def placed(config: StationConfig | None) -> None:
        made.place = parse_place(config.place) if config else None
        rights.set_place(made.place)

    async def greet() -> None:
        made.greetings += 1

    async def next_session() -> int:
        return next(session)

    documents.changed.connect(take)
    intake.placed.connect(placed)
    intake.provisionally_placed.connect(rights.set_provisional_place)
    intake.verdict_given.connect(made.results.append)
    link = MqttLink(
        address,
        STATION,
        next_session=next_session,
        on_message=intake.receive,
        on_connect=nothing,
        on_disconnect=lambda: None,
        on_fault=issues.set_issue,
        on_authority=rights.on_file,
        pace=PACE,
    )
    rights.wanted.connect(link.set_authority_files)
    rights.hello_due.connect(greet)
    try:
        await journal.open()
        await rights.load()
        await intake.begin()
        await intake.restore()  # as `app` does once the link is there
        tasks = [
            asyncio.create_task(link.run(), name="link"),
            asyncio.create_task(rights.run(), name="authority"),
        ]
        try:
            yield made
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    finally:
        await asyncio.to_thread(store.close)


def issued(
    document: dict[str, Any], at: datetime, hours: float = 24, **more: Any
) -> dict[str, Any]:
    """The same document, issued at another moment."""
    times = {"issued": at, "not_before": at, "expires": at + timedelta(hours=hours)}
    return {**document, **{k: f"{v:%Y-%m-%dT%H:%M:%SZ}" for k, v in times.items()}, **more}


async def settle(made: Box, centre: Centre) -> None:
    """A box with its authority, its place and the commune's playlist in force."""
    await centre.publish()
    await made.until(lambda: "targets" in made.versions)
    await centre.send(issued(station_config(), AT, 24 * 300, slot="station"))
    await made.until(lambda: PROVINCE in made.versions)
    await centre.send(issued(playlist(), AT, 24 * 40))
    await made.until(lambda: made.kinds == ["playlist", "station-config"])
