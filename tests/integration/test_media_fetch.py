"""Fetching media over real https into the real store, from good hosts and from bad ones."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from agent.clock import Now
from agent.contract.document import Medium
from agent.contract.ids import Digest
from agent.errors import LinkError, TrustError
from agent.link.media_fetch import Fetcher
from agent.link.tls import CertificateDates
from agent.store.media import MediaStore
from central.collector.identity import Identity
from central.testbed.certificates import CertificateAuthority, make_demo_ca
from central.testbed.media_server import MediaServer
from tests.harness.media_host import Serve, hosts, media_ca, media_identity, serve

__all__ = ["hosts", "media_ca", "media_identity", "serve"]

CONTENT = bytes(range(256)) * 4000  # 1,024,000 bytes
DIGEST = Digest(hashlib.sha256(CONTENT).hexdigest())
HALF = len(CONTENT) // 2


@pytest.fixture
def media(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "media")


@pytest.fixture
def fetcher(media: MediaStore, media_ca: CertificateAuthority, hosts: set[str]) -> Fetcher:
    return Fetcher(media, media_ca.ca, hosts=lambda: hosts, allow_private=True)


@pytest.fixture
async def good_url(tmp_path: Path, media_identity: Identity, hosts: set[str]) -> AsyncIterator[str]:
    folder = tmp_path / "published"
    folder.mkdir()
    (folder / DIGEST).write_bytes(CONTENT)
    server = MediaServer(folder, media_identity)
    await server.start()
    hosts.add(server.address)
    yield server.url_of(DIGEST)
    await server.stop()


def medium(*urls: str, size: int = len(CONTENT)) -> Medium:
    return Medium(DIGEST, size, "audio/mpeg", 30_000, list(urls))


async def put_part(media: MediaStore, content: bytes) -> None:
    def put() -> None:
        with media.begin(DIGEST) as partial:
            partial.append(content)

    await asyncio.to_thread(put)


async def size_of_part(media: MediaStore) -> int:
    def read() -> int:
        with media.begin(DIGEST) as partial:
            return partial.size

    return await asyncio.to_thread(read)


async def has_medium(media: MediaStore) -> bool:
    return await asyncio.to_thread(media.has, DIGEST)


async def test_a_medium_arrives_whole(fetcher: Fetcher, media: MediaStore, good_url: str) -> None:
    await fetcher.fetch(medium(good_url))
    assert media.path(DIGEST).read_bytes() == CONTENT


async def test_a_broken_download_is_resumed_where_it_ended(
    fetcher: Fetcher, media: MediaStore, serve: Serve
) -> None:
    asked: list[str | None] = []

    async def half_first(request: web.Request) -> web.StreamResponse:
        asked.append(request.headers.get("Range"))
        if len(asked) > 1:
            begin = request.http_range.start
            head = {"Content-Range": f"bytes {begin}-{len(CONTENT) - 1}/{len(CONTENT)}"}
            return web.Response(status=206, body=CONTENT[begin:], headers=head)
        response = web.StreamResponse(headers={"Content-Length": str(len(CONTENT))})
        await response.prepare(request)
        await response.write(CONTENT[:HALF])
        assert request.transport is not None
        request.transport.close()
        return response

    url = await serve(half_first)
    with pytest.raises(LinkError, match="E_FETCH"):
        await fetcher.fetch(medium(url))
    here = await size_of_part(media)
    assert 0 < here <= HALF
    await fetcher.fetch(medium(url))
    assert asked == [None, f"bytes={here}-"]
    assert media.path(DIGEST).read_bytes() == CONTENT


async def test_our_own_server_resumes_a_part(
    fetcher: Fetcher, media: MediaStore, good_url: str
) -> None:
    await put_part(media, CONTENT[:HALF])
    await fetcher.fetch(medium(good_url))
    assert media.path(DIGEST).read_bytes() == CONTENT


async def test_a_rotten_part_is_thrown_away_and_fetched_once_more(
    fetcher: Fetcher, media: MediaStore, good_url: str
) -> None:
    await put_part(media, b"x" * HALF)
    await fetcher.fetch(medium(good_url))
    assert media.path(DIGEST).read_bytes() == CONTENT


async def test_a_host_without_range_starts_anew(
    fetcher: Fetcher, media: MediaStore, serve: Serve
) -> None:
    async def whole(_: web.Request) -> web.StreamResponse:
        return web.Response(body=CONTENT)

    await put_part(media, CONTENT[:HALF])
    await fetcher.fetch(medium(await serve(whole)))
    assert media.path(DIGEST).read_bytes() == CONTENT


async def test_a_busy_host_does_not_cost_the_part(
    fetcher: Fetcher, media: MediaStore, serve: Serve
) -> None:
    async def busy(_: web.Request) -> web.StreamResponse:
        return web.Response(status=503)

    await put_part(media, CONTENT[:HALF])
    with pytest.raises(LinkError, match="503"):
        await fetcher.fetch(medium(await serve(busy)))
    assert await size_of_part(media) == HALF


async def test_an_endless_answer_is_cut_at_the_signed_length(
    fetcher: Fetcher, media: MediaStore, serve: Serve
) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            # Writing to a peer that has gone neither fails nor waits: look, and let others run.
            while request.transport is not None and not request.transport.is_closing():
                await response.write(CONTENT)
                await asyncio.sleep(0)
        return response

    with pytest.raises(TrustError, match="E_MEDIA"):
        await fetcher.fetch(medium(await serve(endless)))
    assert await size_of_part(media) == 0
    assert not await has_medium(media)


async def test_wrong_content_of_the_right_length_is_refused_and_leaves_nothing(
    fetcher: Fetcher, media: MediaStore, serve: Serve
) -> None:
    async def forged(_: web.Request) -> web.StreamResponse:
        return web.Response(body=b"x" * len(CONTENT))

    with pytest.raises(TrustError) as caught:
        await fetcher.fetch(medium(await serve(forged)))
    assert caught.value.code == "E_MEDIA"
    assert not await has_medium(media)
    assert await size_of_part(media) == 0


async def test_the_next_address_is_tried_when_one_lies(
    fetcher: Fetcher,
    media: MediaStore,
    good_url: str,
    serve: Serve,
) -> None:
    async def forged(_: web.Request) -> web.StreamResponse:
        return web.Response(body=b"x" * len(CONTENT))

    await fetcher.fetch(medium("http://127.0.0.1/x", await serve(forged), good_url))
    assert media.path(DIGEST).read_bytes() == CONTENT


async def test_redirects_and_packed_content_are_not_followed(
    fetcher: Fetcher, good_url: str, serve: Serve
) -> None:
    async def elsewhere(_: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(good_url)

    async def packed(_: web.Request) -> web.StreamResponse:
        return web.Response(body=gzip.compress(CONTENT), headers={"Content-Encoding": "gzip"})

    with pytest.raises(LinkError, match="302"):
        await fetcher.fetch(medium(await serve(elsewhere)))
    with pytest.raises(LinkError, match="packs"):
        await fetcher.fetch(medium(await serve(packed)))


async def test_a_host_with_a_foreign_certificate_is_not_believed(
    media: MediaStore, good_url: str, tmp_path: Path, hosts: set[str]
) -> None:
    other = make_demo_ca(tmp_path / "other-ca").ca
    stranger = Fetcher(media, other, hosts=lambda: hosts, allow_private=True)
    with pytest.raises(LinkError, match="E_FETCH"):
        await stranger.fetch(medium(good_url))


async def test_a_host_whose_certificate_has_ended_by_our_clock_is_not_believed(
    media: MediaStore, media_ca: CertificateAuthority, good_url: str, hosts: set[str]
) -> None:
    late = Now(datetime(2050, 1, 1, tzinfo=UTC), "SYNCED", 0.02)
    fetcher = Fetcher(
        media, media_ca.ca, hosts=lambda: hosts, allow_private=True,
        dates=CertificateDates(lambda: late),
    )  # fmt: skip
    with pytest.raises(LinkError, match="expired at 2049-12-31"):
        await fetcher.fetch(medium(good_url))


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "127.1", "[::ffff:127.0.0.1]"])
async def test_loopback_is_refused_under_every_spelling(
    media: MediaStore, media_ca: CertificateAuthority, good_url: str, name: str
) -> None:
    public_only = Fetcher(media, media_ca.ca, hosts=set, allow_private=True)
    with pytest.raises(TrustError) as caught:
        await public_only.fetch(medium(good_url.replace("127.0.0.1", name)))
    assert caught.value.code == "E_URL"


async def test_a_local_network_needs_the_signed_word_and_the_technicians(
    media: MediaStore, media_ca: CertificateAuthority, good_url: str, hosts: set[str]
) -> None:
    signed_only = Fetcher(media, media_ca.ca, hosts=lambda: hosts, allow_private=False)
    with pytest.raises(TrustError, match="private"):
        await signed_only.fetch(medium(good_url))
    both = Fetcher(media, media_ca.ca, hosts=lambda: hosts, allow_private=True)
    await both.fetch(medium(good_url))


async def test_a_host_that_is_not_named_is_not_asked_while_others_are(
    media: MediaStore, media_ca: CertificateAuthority, good_url: str
) -> None:
    named = {"media.example.vn", "127.0.0.1:1"}
    fetcher = Fetcher(media, media_ca.ca, hosts=lambda: named, allow_private=True)
    for url in (good_url, good_url.replace("127.0.0.1", "media.example.vn")):
        with pytest.raises(TrustError, match="not a host that the station-config names"):
            await fetcher.fetch(medium(url))


async def test_a_turn_that_is_over_keeps_what_came_and_the_next_one_goes_on_there(
    fetcher: Fetcher, media: MediaStore, good_url: str
) -> None:
    assert await fetcher.fetch(medium(good_url), lambda: False) is False
    here = await size_of_part(media)
    assert 0 < here < len(CONTENT)
    assert await fetcher.fetch(medium(good_url)) is True
    assert media.path(DIGEST).read_bytes() == CONTENT


@pytest.mark.parametrize("host", ["a" * 64, "a..b"])
async def test_a_name_that_no_resolver_takes_is_a_refused_address(
    fetcher: Fetcher, host: str
) -> None:
    with pytest.raises(TrustError) as caught:
        await fetcher.fetch(medium(f"https://{host}/x"))
    assert caught.value.code == "E_URL"


@pytest.mark.parametrize("url", ["http://127.0.0.1/x", "file:///etc/passwd", "https://u:p@h/x", ""])
async def test_only_plain_https_is_fetched(fetcher: Fetcher, url: str) -> None:
    with pytest.raises(TrustError) as caught:
        await fetcher.fetch(medium(url))
    assert caught.value.code == "E_URL"
