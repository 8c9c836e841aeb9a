"""Attack 110: a resolver that does not answer, for the media hosts and for the broker."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import hashlib
import os
import socket
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.contract.document import Medium
from agent.contract.ids import Digest
from agent.errors import LinkError
from agent.link.media_fetch import Fetcher, Patience
from agent.link.network_thread import NetworkThreads, Resolver
from agent.store.media import MediaStore
from central.collector.identity import Identity
from central.testbed.certificates import CertificateAuthority
from tests.harness.link_station import STATION, Address, make_station, running

CONTENT = b"khan cap"
DIGEST = Digest(hashlib.sha256(CONTENT).hexdigest())
LIMIT_S = 5.0
HOSTS = 20


@pytest.fixture
def dead_resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No answer to any name, until the test is over."""
    over = threading.Event()
    real = socket.getaddrinfo

    def hang(host: str, *arguments: Any, **options: Any) -> Any:
        if host.endswith(".example.vn"):
            over.wait()
            raise socket.gaierror(socket.EAI_AGAIN, "nobody answers")
        return real(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    yield
    over.set()


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    """One medium is in store."""
    store = MediaStore(tmp_path / "media")
    store.path(DIGEST).write_bytes(CONTENT)
    return store


@pytest.mark.usefixtures("dead_resolver")
async def test_attack_110_what_an_alarm_needs_never_waits_behind_a_name(
    store: MediaStore, authority: CertificateAuthority, identities: dict[str, Identity]
) -> None:
    fetcher = Fetcher(
        store, authority.ca, hosts=set, allow_private=True, patience=Patience(connect_s=0.2)
    )
    one = identities[STATION]
    broker = Address("mqtt.example.vn", 8883, str(authority.ca), str(one.cert), str(one.key))
    wanted = [
        Medium(f"{n:064x}", 1, "audio/mpeg", 1, [f"https://{n}.example.vn/a"]) for n in range(HOSTS)
    ]
    async with running(make_station(broker)) as station:
        tried = await asyncio.gather(*map(fetcher.fetch, wanted), return_exceptions=True)
        assert [type(error) for error in tried] == [LinkError] * HOSTS
        async with asyncio.timeout(LIMIT_S):
            os.close(await store.open(DIGEST, len(CONTENT)))
            await asyncio.to_thread(store.has, DIGEST)
        hanging = [t.name for t in threading.enumerate() if t.name in ("resolver", "broker")]
        assert len(hanging) <= Resolver.LIMIT + 2
        assert not station.link.connected


@pytest.mark.usefixtures("dead_resolver")
async def test_attack_110_a_name_that_hangs_is_asked_once_and_an_address_not_at_all() -> None:
    resolver = Resolver()
    asking = [asyncio.create_task(resolver.resolve("a.example.vn", 443)) for _ in range(50)]
    await asyncio.sleep(0)
    assert sum(thread.name == "resolver" for thread in threading.enumerate()) == 1
    assert (await resolver.resolve("203.0.113.7", 443))[0][4] == ("203.0.113.7", 443)
    for task in asking:
        task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)


async def test_threads_are_bounded_and_free_again() -> None:
    go_on = threading.Event()
    threads = NetworkThreads(2, "test")
    hanging = [threads.start(go_on.wait) for _ in range(2)]
    with pytest.raises(OSError, match="hang already"):
        threads.start(go_on.wait)
    go_on.set()
    assert await asyncio.gather(*hanging) == [True, True]
    with pytest.raises(ZeroDivisionError):
        await threads.start(lambda: 1 // 0)
    given_up = threads.start(lambda: 7)
    given_up.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await given_up
    assert await threads.start(lambda: 8) == 8


async def test_attack_110_names_that_nobody_knows_cost_no_memory_try_by_try(
    store: MediaStore, authority: CertificateAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The authorities of each try were loaded for nothing, and stayed until the collector came."""

    def refuse(*_arguments: Any, **_options: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    loaded: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(Fetcher, "_load_tls", loaded.append)
    fetcher = Fetcher(store, authority.ca, hosts=set, allow_private=False)
    urls = [f"https://{n}.example.vn/{'0' * 64}" for n in range(3)]
    medium = Medium("0" * 64, 1000, "audio/mpeg", 1000, urls)
    errors = []
    gc.collect()
    gc.disable()
    try:
        for _ in range(3):
            try:
                await fetcher.fetch(medium)
            except LinkError as error:
                errors.append(weakref.ref(error))
        await asyncio.sleep(0)
        assert [error() for error in errors] == [None] * 3
    finally:
        gc.enable()
    assert loaded == []
