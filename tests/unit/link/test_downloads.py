"""Media are fetched with patience, soonest needed first, and nobody keeps a place for ever."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from agent.contract.document import Emergency, EmergencyBody, Medium, Playlist
from agent.contract.ids import Digest
from agent.errors import AgentError, LinkError
from agent.link import downloads
from agent.link.downloads import Downloads
from agent.store.media_status import MediaStatus

PATIENCE_S = 60


def medium(letter: str) -> Medium:
    return Medium(letter * 64, 1000, "audio/mpeg", 8000, [])


HEADER: dict[str, Any] = {
    "to": ["84/29266/*"],
    "epoch": 1,
    "seq": 1,
    "issued": "2026-11-24T00:00:00Z",
    "not_before": "2026-11-24T00:00:00Z",
    "expires": "2026-12-24T00:00:00Z",
}


def playlist(letters: str) -> Playlist:
    return Playlist(
        kind="playlist",
        issuer="vn.84.29266",
        class_="routine",
        doc_id="34" * 16,
        slot="tuan",
        media=[medium(letter) for letter in letters],
        entries=[],
        **HEADER,
    )


def emergency(letters: str, **more: Any) -> Emergency:
    return Emergency(
        kind="emergency",
        issuer="vn.84.em",
        class_="emergency",
        doc_id="35" * 16,
        slot="emergency",
        event_id="36" * 16,
        media=[medium(letter) for letter in letters],
        bodies=[EmergencyBody("vi", [letter * 64 for letter in letters], None)],
        exercise=False,
        attention="two-tone",
        repeat=1,
        gap_ms=0,
        max_ms=60_000,
        nonce=None,
        **(HEADER | more),
    )


@dataclass
class FakeNet:
    """Hosts by the first letter of a digest: what they do, and what happened, in order."""

    hosts: dict[str, Callable[[Callable[[], bool]], bool]] = field(default_factory=dict)
    silent: str = ""  # these never answer
    events: list[str] = field(default_factory=list)
    here: set[str] = field(default_factory=set)
    unwanted: set[str] = field(default_factory=set)
    needed: dict[str, datetime] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.status = MediaStatus(lambda digest: digest[0] in self.here)

    async def fetch(self, wanted: Medium, may_go_on: Callable[[], bool]) -> bool:
        letter = wanted.sha256[0]
        self.tell(f"ask {letter}")
        await asyncio.sleep(0)
        while letter in self.silent and may_go_on():  # noqa: ASYNC110 - a host that dribbles
            await asyncio.sleep(0.001)
        if letter in self.silent:
            self.tell(f"way {letter}")
            return False
        host = self.hosts.get(letter)
        return host(may_go_on) if host is not None else True

    def tell(self, what: str) -> None:
        self.events.append(what)
        self.news.set()

    def arrived(self, digest: Digest) -> None:
        self.here.add(digest[0])
        self.tell(f"got {digest[0]}")

    def failed(self, digest: Digest, _error: AgentError) -> None:
        self.tell(f"missing {digest[0]}")

    def let_go(self, digest: Digest) -> None:
        self.tell(f"unwanted {digest[0]}")

    def needed_at(self) -> Mapping[str, datetime]:
        return {letter * 64: at for letter, at in self.needed.items()}

    async def until(self, what: str) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while what not in self.events:
                self.news.clear()
                await self.news.wait()


@contextlib.asynccontextmanager
async def supplying(net: FakeNet) -> AsyncIterator[Downloads]:
    keeper = Downloads(
        net,
        urgent=net,
        status=net.status,
        is_wanted=lambda digest: digest[0] not in net.unwanted,
        needed_at=net.needed_at,
    )
    keeper.arrived.connect(net.arrived)
    keeper.failed.connect(net.failed)
    keeper.given_up.connect(net.let_go)
    run = asyncio.create_task(keeper.run(), name="supply")
    try:
        yield keeper
    finally:
        run.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await run


async def test_a_medium_that_is_no_longer_named_is_no_longer_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(downloads, "RETRY_S", (0.0,))
    net = FakeNet()
    tries = 0

    def refuse(_may_go_on: Callable[[], bool]) -> bool:
        nonlocal tries
        tries += 1
        if tries == 2:
            net.unwanted.add("a")
        raise LinkError("E_FETCH", "a", "404")

    net.hosts["a"] = refuse
    async with supplying(net) as keeper:
        keeper.want([playlist("a")])
        await net.until("unwanted a")
    assert net.events == ["ask a", "missing a", "ask a", "missing a", "unwanted a"]


async def test_what_is_needed_soonest_comes_first_in_whatever_order_it_is_named() -> None:
    net = FakeNet(
        needed={
            "c": datetime(2026, 11, 25, tzinfo=UTC),
            "d": datetime(2026, 11, 26, tzinfo=UTC),
            "b": datetime(2026, 11, 27, tzinfo=UTC),
        }
    )
    async with supplying(net) as keeper:
        keeper.want([playlist("abcd")])
        await net.until("got a")
    assert [one for one in net.events if one.startswith("ask")] == [
        "ask c",
        "ask d",
        "ask b",
        "ask a",
    ]


async def test_two_hosts_that_never_finish_delay_no_other_download_longer_than_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(downloads, "TURN_S", 0.01)
    soonest = datetime(2026, 11, 25, tzinfo=UTC)
    net = FakeNet(silent="ab", needed={"a": soonest, "b": soonest})
    async with supplying(net) as keeper:
        keeper.want([playlist("abc"), playlist("d")])
        await net.until("got c")
        await net.until("got d")
        net.silent = "b"  # it delivers at last: what gave way was not forgotten
        await net.until("got a")
    assert net.events[:2] == ["ask a", "ask b"]


async def test_a_download_alone_is_not_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "TURN_S", 0.0)
    answers: list[bool] = []

    def host(may_go_on: Callable[[], bool]) -> bool:
        answers.append(may_go_on())
        return True

    net = FakeNet({"a": host})
    async with supplying(net) as keeper:
        keeper.want([playlist("a")])
        await net.until("got a")
    assert answers == [True]


async def test_an_alarms_media_do_not_wait_for_a_schedules_media() -> None:
    net = FakeNet(silent="ab")
    async with supplying(net) as keeper:
        keeper.want([playlist("ab")])
        await net.until("ask b")
        keeper.want([playlist("abc"), emergency("e")])
        await net.until("got e")
        assert "ask c" not in net.events


async def test_what_an_alarm_needs_too_is_fetched_once_and_frees_the_place_it_had() -> None:
    net = FakeNet(silent="ab")
    async with supplying(net) as keeper:
        keeper.want([playlist("abc")])
        await net.until("ask b")
        keeper.want([playlist("abc"), emergency("a")])
        await net.until("got c")
    assert net.events.count("ask a") == 1


async def test_an_unexpected_error_only_leaves_one_medium_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(downloads, "RETRY_S", (3600.0,))

    def explode(_may_go_on: Callable[[], bool]) -> bool:
        raise UnicodeError("label too long")

    net = FakeNet({"a": explode})
    async with supplying(net) as keeper:
        keeper.want([playlist("ab")])
        await net.until("got b")
        await net.until("missing a")
        assert (
            net.status.why_missing("a" * 64) == f"E_FETCH: {'a' * 64}: UnicodeError: label too long"
        )


async def test_an_alarm_that_waits_for_a_key_takes_no_place_of_one_that_does_not() -> None:
    net = FakeNet(silent="ab")
    async with supplying(net) as keeper:
        keeper.want([playlist("ab"), emergency("c", trigger="key"), emergency("d")])
        await net.until("got d")
        assert "ask c" not in net.events
        net.silent = ""
        await net.until("got c")


async def test_media_that_are_no_longer_named_do_not_accumulate_behind_dead_hosts() -> None:
    net = FakeNet(silent="abc")
    async with supplying(net) as keeper:
        keeper.want([playlist("abc")])
        await net.until("ask b")
        for letter in "def":
            keeper.want([playlist(f"ab{letter}")])
            net.unwanted.add(letter)
        net.unwanted.add("c")
        keeper.want([playlist("ab")])
        assert {one[0] for one in keeper._waiting} <= {"a", "b"}
        assert [one for one in net.events if one.startswith("unwanted")] == [
            "unwanted d", "unwanted e", "unwanted c", "unwanted f",
        ]  # fmt: skip


async def test_attack_101_each_try_for_an_emergency_begins_with_the_next_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(downloads, "URGENT_RETRY_S", (0.0,))
    asked: list[str] = []

    class DeadHosts(FakeNet):
        async def fetch(self, wanted: Medium, may_go_on: Callable[[], bool]) -> bool:
            asked.append(wanted.urls[0])
            if len(asked) == 4:
                self.unwanted.add("a")
            raise LinkError("E_FETCH", wanted.urls[0], "404")

    net = DeadHosts()
    document = emergency("a")
    two = msgspec.structs.replace(document.media[0], urls=["https://a", "https://b"])
    async with supplying(net) as keeper:
        keeper.want([msgspec.structs.replace(document, media=[two])])
        await net.until("unwanted a")
    assert asked == ["https://a", "https://b"] * 2


def test_the_pauses_of_an_emergency_are_seconds() -> None:
    assert downloads.URGENT_RETRY_S == (1.0, 2.0, 5.0, 10.0)


async def test_a_slow_host_gives_an_emergency_to_the_next_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(downloads, "URGENT_TURN_S", 0.0)
    answers: list[bool] = []

    def host(may_go_on: Callable[[], bool]) -> bool:
        answers.append(may_go_on())
        return True

    net = FakeNet({"a": host})
    document = emergency("a")
    two = msgspec.structs.replace(document.media[0], urls=["https://a", "https://b"])
    async with supplying(net) as keeper:
        keeper.want([msgspec.structs.replace(document, media=[two])])
        await net.until("got a")
    assert answers == [False]


async def test_a_keys_alarm_is_as_urgent_as_an_emergency() -> None:
    net = FakeNet(silent="ab")
    held = emergency("c", trigger="key")
    async with supplying(net) as keeper:
        keeper.want([playlist("ab"), held])
        await net.until("ask b")
        assert "ask c" not in net.events
        keeper.want([playlist("ab"), held], pressed=held.doc_id)
        await net.until("got c")


def at(document: Playlist | Emergency, url: str, size_bytes: int = 1000) -> Any:
    """The same document with other addresses of its media, or another length."""
    media = [msgspec.structs.replace(one, urls=[url], bytes=size_bytes) for one in document.media]
    return msgspec.structs.replace(document, media=media)


async def urls_asked(before: list[Any], after: list[Any], tries: int) -> list[str]:
    """Addresses of the tries, of which only `good` delivers; `after` follows the first try."""
    asked: list[str] = []
    net = FakeNet()

    async def fetch(wanted: Medium, _may_go_on: Callable[[], bool]) -> bool:
        asked.extend(wanted.urls)
        net.tell(f"try {len(asked)}")
        if wanted.urls != ["good"]:
            raise LinkError("E_FETCH", wanted.urls[0], "404")
        return True

    net.fetch = fetch  # type: ignore[method-assign] # another host
    async with supplying(net) as keeper:
        keeper.want(before)
        await net.until("try 1")
        await net.until("missing a")
        keeper.want(after)
        await net.until(f"try {tries}")
    return asked


async def test_an_address_that_a_newer_playlist_corrects_is_tried_at_once() -> None:
    wrong, right = at(playlist("a"), "bad"), at(playlist("a"), "good")
    assert await urls_asked([wrong], [wrong, right], 2) == ["bad", "good"]


@pytest.mark.parametrize("trigger", ["now", "key"])
async def test_no_playlist_says_where_an_emergencys_words_are_fetched(trigger: str) -> None:
    alarm = at(emergency("a", trigger=trigger), "good")
    before, after = at(playlist("a"), "bad"), at(playlist("a"), "bad", size_bytes=1)
    assert await urls_asked([before], [before, alarm, after], 2) == ["bad", "good"]
