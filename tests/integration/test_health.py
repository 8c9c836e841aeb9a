"""A full disk and a certificate near its end, on a real agent: seen at the centre, and its end."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import json
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from central.issues.issue_list import issue_log
from central.testbed.sample_documents import station_config
from central.testbed.testbed import until
from tests.harness.short_certificate import shorten_certificate
from tests.harness.station_harness import StationTestbed

LOOK_S = 90.0  # some periods of the slowest check below, on a busy machine
CARD_BYTES = 48 << 20
GENESIS = "0" * 64


def issues(site: StationTestbed) -> dict[str, str]:
    """Kind → subject of what lasts, as the centre heard it last."""
    health = site.testbed.database.health().get(site.name)
    return {one["kind"]: one["subject"] for one in health["issues"]} if health else {}


def changes(site: StationTestbed, kind: str) -> list[str]:
    """What the station's journal at the centre says of one kind."""
    return [row["state"] for row in issue_log(site.testbed.database) if row["kind"] == kind]


async def run(*argv: str) -> int:
    process = await asyncio.create_subprocess_exec(*argv, stderr=asyncio.subprocess.DEVNULL)
    return await process.wait()


@pytest_asyncio.fixture
async def small_card(site: StationTestbed) -> AsyncIterator[Path]:
    """A file system of its own, 48 MiB, as the station's state folder."""
    folder = site.state_db.parent
    folder.mkdir()
    if await run("mount", "-t", "tmpfs", "-o", f"size={CARD_BYTES}", "tramtin", str(folder)):
        pytest.skip("this machine does not let a test mount a tmpfs")
    try:
        yield folder
    finally:
        await site.station.stop()
        assert await run("umount", str(folder)) == 0


def fill(path: Path) -> None:
    """Until not a byte more fits."""
    block = bytes(1 << 16)
    with path.open("wb", buffering=0) as file:
        while block:
            try:
                file.write(block)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                block = block[: len(block) // 2]


async def test_a_full_card_is_seen_at_the_centre_and_so_is_its_end(
    site: StationTestbed, small_card: Path
) -> None:
    await site.start()
    filler = small_card / "filler"
    await asyncio.to_thread(fill, filler)
    await until(lambda: "disk_full" in issues(site), "disk_full at the centre", LOOK_S)
    # The record of the fault itself found no room: it waits in memory, and that is said too.
    await until(lambda: "journal_not_written" in issues(site), "journal_not_written", LOOK_S)
    await asyncio.to_thread(os.unlink, filler)
    await until(
        lambda: not {"disk_full", "disk_low", "journal_not_written"} & issues(site).keys(),
        "the end of the fault",
        LOOK_S,
    )
    await until(lambda: changes(site, "disk_full") == ["begins", "ends"], "both records", LOOK_S)
    await site.until_collected()
    assert_chain_whole(site.collected_rows())


def assert_chain_whole(rows: list[tuple[int, bytes]]) -> None:
    digest = GENESIS
    for expected, (seq, raw) in enumerate(rows, 1):
        assert (seq, json.loads(raw)["prev"]) == (expected, digest)
        digest = hashlib.sha256(bytes.fromhex(digest) + raw).hexdigest()


async def test_a_certificate_near_its_end_is_told(site: StationTestbed) -> None:
    shorten_certificate(site, timedelta(days=20))
    await site.start()
    await until(lambda: "certificate_30_days" in issues(site), "the warning", LOOK_S)
    assert issues(site)["certificate_30_days"] == f"{site.name}.pem"


async def test_a_zone_of_the_config_that_the_settings_have_not_is_told(
    site: StationTestbed,
) -> None:
    """What is sent to that name alone would stay silent for ever."""
    await site.station.start()

    async def configure(seq: int, zones: bytes) -> None:
        config = station_config(site.name, datetime.now(UTC), site.testbed.media.address, seq)
        assert b'"zones":[]' in config
        named = config.replace(b'"zones":[]', b'"zones":' + zones)
        signed = site.testbed.sign(named, "station-config", "vn.84")
        await site.testbed.publish(signed, station=site.name)

    await configure(1, b'["nga3"]')
    await until(lambda: changes(site, "zone_unknown") == ["begins"], "the issue", LOOK_S)
    await configure(2, b"[]")
    await until(lambda: changes(site, "zone_unknown") == ["begins", "ends"], "its end", LOOK_S)


def counted_lives(site: StationTestbed) -> str | None:
    """The short lives in a row, as they lie in the station's own database."""
    if not site.state_db.exists():
        return None
    query = "SELECT value FROM meta WHERE key='health_short_lives'"
    with (
        closing(sqlite3.connect(f"file:{site.state_db}?mode=ro", uri=True)) as connection,
        contextlib.suppress(sqlite3.OperationalError),  # it is only just being made
    ):
        rows = connection.execute(query).fetchall()
        return str(rows[0][0]) if rows else None
    return None


async def test_a_box_that_starts_again_and_again_says_so(site: StationTestbed) -> None:
    await site.station.start()
    for lives in ("1", "2", "3"):
        await until(lambda lives=lives: counted_lives(site) == lives, f"life {lives}", LOOK_S)  # type: ignore[misc] # a lambda's default
        await site.station.stop()
        await site.station.start()
    await until(lambda: "restarts_many" in issues(site), "restarts_many", LOOK_S)
