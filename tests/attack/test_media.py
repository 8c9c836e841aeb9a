"""Attacks 83 to 92 of the catalogue: hostile hosts, hostile files, hostile names."""

from __future__ import annotations

import asyncio
import hashlib
import os
import resource
import socket
import struct
import subprocess
import sys
import textwrap
import zipfile
import zlib
from collections.abc import Awaitable
from pathlib import Path

import pytest
from aiohttp import web

from agent.contract.document import Medium
from agent.contract.ids import Digest
from agent.contract.scene import Element, Scene
from agent.errors import AgentError, PlayError, StoreError
from agent.link.media_fetch import Fetcher, Patience
from agent.play.board.scene_renderer import SceneContext, render
from agent.play.decode.clip_sequence import Track
from agent.play.decode.decoder import start_decoder
from agent.store.media import MediaStore
from central.documents.audio_tools import make_chime
from central.testbed.certificates import CertificateAuthority
from tests.harness.media_host import Serve, hosts, media_ca, media_identity, serve

__all__ = ["hosts", "media_ca", "media_identity", "serve"]

RATE_HZ = 48_000
CONTENT = bytes(range(256)) * 64
DIGEST = Digest(hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "media")


@pytest.fixture
def fetcher(store: MediaStore, media_ca: CertificateAuthority, hosts: set[str]) -> Fetcher:
    return Fetcher(store, media_ca.ca, hosts=lambda: hosts, allow_private=True)


@pytest.fixture
def hasty(store: MediaStore, media_ca: CertificateAuthority, hosts: set[str]) -> Fetcher:
    """A fetcher that gives a slow host up soon; on a starved machine also a good one."""
    patience = Patience(connect_s=2.0, idle_s=0.3, total_s=1.5)
    return Fetcher(store, media_ca.ca, hosts=lambda: hosts, allow_private=True, patience=patience)


def medium(*urls: str) -> Medium:
    return Medium(DIGEST, len(CONTENT), "audio/mpeg", 30_000, list(urls))


async def code_of(deed: Awaitable[object]) -> str:
    with pytest.raises(AgentError) as caught:
        await deed
    return caught.value.code


async def files_in(store: MediaStore) -> list[Digest]:
    return await asyncio.to_thread(store.digests)


async def test_attack_083_a_file_with_the_wrong_hash(
    fetcher: Fetcher, store: MediaStore, serve: Serve
) -> None:
    async def forged(_: web.Request) -> web.StreamResponse:
        return web.Response(body=bytes(len(CONTENT)))

    assert await code_of(fetcher.fetch(medium(await serve(forged)))) == "E_MEDIA"
    assert await files_in(store) == []


async def test_attack_084_a_byte_too_many_an_endless_body_and_a_slow_drip(
    fetcher: Fetcher, hasty: Fetcher, store: MediaStore, serve: Serve
) -> None:
    async def one_more(_: web.Request) -> web.StreamResponse:
        return web.Response(body=CONTENT + b"x")

    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(10_000):
            await answer.write(bytes(65_536))
        return answer

    async def drip(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(1_000):
            await answer.write(b"x")
            await asyncio.sleep(0.1)  # below the time between two blocks, for ever
        return answer

    assert await code_of(fetcher.fetch(medium(await serve(one_more)))) == "E_MEDIA"
    assert await code_of(fetcher.fetch(medium(await serve(endless)))) == "E_MEDIA"
    assert await code_of(hasty.fetch(medium(await serve(drip)))) == "E_FETCH"
    assert await files_in(store) == []


def test_attack_085_a_file_swapped_on_the_disk_after_it_was_verified(store: MediaStore) -> None:
    store.path(DIGEST).write_bytes(CONTENT)
    os.close(store.open_verified(DIGEST, len(CONTENT)))
    store.path(DIGEST).write_bytes(CONTENT[::-1])
    with pytest.raises(StoreError, match="E_MEDIA"):
        store.open_verified(DIGEST, len(CONTENT))
    assert not store.has(DIGEST)  # and it will be fetched anew


@pytest.mark.parametrize(
    "name", ["../../x", "x\0y", "a" * 300, "CON", DIGEST.upper(), f"{DIGEST}\n"]
)
def test_attack_086_a_name_is_never_a_path(store: MediaStore, name: str) -> None:
    with pytest.raises(ValueError, match="not a digest"):
        store.path(Digest(name))


def test_attack_087_links_in_the_store(store: MediaStore, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(CONTENT)
    store.path(DIGEST).symlink_to(elsewhere)
    with pytest.raises(StoreError, match="E_MEDIA"):
        store.open_verified(DIGEST, len(CONTENT))
    store.path(DIGEST).unlink()
    elsewhere.write_bytes(b"foreign")
    store.path(DIGEST).hardlink_to(elsewhere)
    with pytest.raises(StoreError, match="E_MEDIA"):
        store.open_verified(DIGEST, len(CONTENT))
    part = tmp_path / "media" / f"{DIGEST}.part"
    part.symlink_to(elsewhere)
    with pytest.raises(StoreError, match="E_DISK"):
        store.begin(DIGEST)
    assert elsewhere.read_bytes() == b"foreign"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x", "file:///etc/passwd", "concat:a|b", "https://169.254.169.254/x",
        "https://[::1]/x", "https://2130706433/x", "https://127.1/x", "https://0x7f.0.0.1/x",
        "https://localhost/x", "https://[::ffff:10.0.0.1]/x", "https://10.0.0.1/x",
    ],
)  # fmt: skip
async def test_attack_088_addresses_that_lead_into_the_local_network(
    store: MediaStore, media_ca: CertificateAuthority, url: str
) -> None:
    fetcher = Fetcher(store, media_ca.ca, hosts=set, allow_private=True)
    assert await code_of(fetcher.fetch(medium(url))) == "E_URL"


async def test_attack_088_a_public_name_that_leads_to_loopback_and_a_redirect_to_it(
    store: MediaStore,
    media_ca: CertificateAuthority,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    async def inner(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        return web.Response(body=CONTENT)

    inside = await serve(inner)
    port = int(inside.split(":")[2].split("/")[0])

    def rebind(*_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebind)
    everyone = Fetcher(store, media_ca.ca, hosts=set, allow_private=True)
    assert await code_of(everyone.fetch(medium(f"https://media.example.vn:{port}/x"))) == "E_URL"
    monkeypatch.undo()

    async def elsewhere(_: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(inside)

    outside = await serve(elsewhere)
    named = {outside.split("/")[2]}
    fetcher = Fetcher(store, media_ca.ca, hosts=lambda: named, allow_private=True)
    assert await code_of(fetcher.fetch(medium(outside))) == "E_FETCH"
    assert asked == []


async def decode(path: Path, mime: str, **options: int) -> bytes:
    """What the confined decoder gives of a file."""
    track = Track(os.open(path, os.O_RDONLY), mime, 10_000)
    decoder = await start_decoder([track], **options)
    with os.fdopen(decoder.read_fd, "rb") as pipe:
        pcm, _ = await asyncio.gather(asyncio.to_thread(pipe.read), decoder.wait())
    return pcm


@pytest.mark.parametrize("mime", ["audio/mpeg", "audio/ogg", "audio/wav", "audio/mp4"])
async def test_attack_089_a_playlist_dressed_up_as_sound(tmp_path: Path, mime: str) -> None:
    calls: list[object] = []

    async def called(_reader: object, writer: asyncio.StreamWriter) -> None:
        calls.append(writer)
        writer.close()

    server = await asyncio.start_server(called, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    chime = make_chime(tmp_path / "chime.wav")
    hls = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:{port}/a.ts\n"
    for text in (hls, f"ffconcat version 1.0\nfile '{chime}'\n"):
        trap = tmp_path / "trap.mp3"
        trap.write_text(text)
        with pytest.raises(PlayError, match="E_DECODE"):
            await decode(trap, mime)
    server.close()
    await server.wait_closed()
    assert calls == []


def picture_bomb(side_px: int) -> bytes:
    """A valid grey PNG of a single colour: a few kilobytes that unfold to side_px squared."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + side_px)) for _ in range(side_px)) + packer.flush()
    header = struct.pack(">IIBBBBB", side_px, side_px, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def show(raw: bytes, folder: Path) -> None:
    """Render a scene with these bytes as its picture."""
    digest = hashlib.sha256(raw).hexdigest()
    (folder / digest).write_bytes(raw)
    scene = Scene([Element("image", [0, 0, 1000, 1000], media=digest)], 1000)
    render(scene, (64, 32), SceneContext("tv-cl-0007", {digest: str(folder / digest)}))


def test_attack_090_a_picture_of_225_megapixels_costs_no_memory(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.png"
    raw = picture_bomb(15_000)
    digest = hashlib.sha256(raw).hexdigest()
    bomb.write_bytes(raw)
    code = f"""
        import resource
        from agent.play.board.scene_renderer import Element, Scene, SceneContext, render
        scene = Scene([Element("image", [0, 0, 1000, 1000], media={digest!r})], 1000)
        context = SceneContext("tv-cl-0007", {{{digest!r}: {str(bomb)!r}}})
        render(Scene([], 1), (64, 32), context)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        try:
            render(scene, (64, 32), context)
        except Exception as error:
            print(type(error).__name__, error.code)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    argv = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    refusal, grown_kib = done.stdout.splitlines()
    assert refusal == "PlayError E_SCENE"
    assert int(grown_kib) < 32 * 1024  # whole, it would be 220 MiB


def test_attack_090_a_zip_is_no_picture(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("a", bytes(1 << 24))
    with pytest.raises(PlayError, match="E_MEDIA"):
        show((tmp_path / "bomb.zip").read_bytes(), tmp_path)


async def test_attack_090_an_hour_of_silence_in_a_small_file_gives_what_was_signed(
    tmp_path: Path,
) -> None:
    flac = tmp_path / "bomb.flac"
    make = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", "3600"]
    await asyncio.to_thread(subprocess.run, [*make, str(flac)], check=True)
    assert flac.stat().st_size < 1 << 20
    before_s = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    pcm = await decode(flac, "audio/flac", duration_limit_ms=2_000)
    assert len(pcm) == 2 * RATE_HZ * 2
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before_s < 5


async def test_attack_090_a_cover_picture_is_not_decoded(tmp_path: Path) -> None:
    """A way in besides the sound: the picture inside an MP4 goes through another decoder."""
    cover, sound = tmp_path / "cover.png", tmp_path / "sound.m4a"
    cover.write_bytes(picture_bomb(64))
    make_chime(tmp_path / "chime.wav")
    make = ["ffmpeg", "-v", "error", "-i", str(tmp_path / "chime.wav"), "-i", str(cover)]
    make += ["-map", "0", "-map", "1", "-c:a", "aac", "-c:v", "mjpeg", "-f", "mov", str(sound)]
    await asyncio.to_thread(subprocess.run, make, check=True)
    assert len(await decode(sound, "audio/mp4")) > RATE_HZ


async def test_attack_091_content_that_is_not_of_its_signed_type(tmp_path: Path) -> None:
    chime = make_chime(tmp_path / "chime.wav")
    for mime in ("audio/mpeg", "audio/flac", "audio/ogg", "audio/mp4"):
        with pytest.raises(PlayError, match="E_DECODE"):
            await decode(chime, mime)
    with pytest.raises(PlayError, match="E_DECODE"):
        await decode(chime, "application/x-mpegurl")
    with pytest.raises(PlayError, match="E_MEDIA"):
        await asyncio.to_thread(show, CONTENT, tmp_path)


async def test_attack_092_a_full_disk_takes_nothing_new_and_keeps_what_it_has(
    fetcher: Fetcher, store: MediaStore, serve: Serve
) -> None:
    """The whole box on a full card is told in integration/test_health.py."""

    async def good(_: web.Request) -> web.StreamResponse:
        return web.Response(body=CONTENT)

    url = await serve(good)
    kept = hashlib.sha256(b"kept").hexdigest()
    store.path(Digest(kept)).write_bytes(b"kept")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(CONTENT) // 2, hard))
    try:
        assert await code_of(fetcher.fetch(medium(url))) == "E_DISK"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert await files_in(store) == [kept]
    await fetcher.fetch(medium(url))  # with room again it goes on where it was
    assert await files_in(store) == sorted([Digest(kept), DIGEST])
