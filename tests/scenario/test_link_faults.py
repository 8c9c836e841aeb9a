"""A broker that freezes, floods or throws the station out: it plays on, and tells later."""

from __future__ import annotations

import asyncio
import random
import signal
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil

from central.testbed.testbed import until
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.melody import make_melody
from tests.harness.short_certificate import shorten_certificate

RUBBISH = 10_000
BURST = 100
KINDS = ["playlist", "emergency", "cancel", "silence", "station-config", "command", "time", "ack"]


def _rubbish(dice: random.Random, genuine: bytes) -> bytes:
    """Noise, broken JSON, or a genuine envelope with one byte changed."""
    match dice.randrange(4):
        case 0:
            return dice.randbytes(dice.randrange(1, 2000))
        case 1:
            return b"[" * dice.randrange(1, 5000)
        case 2:
            return b'{"payloadType": "x", "payload": "", "signatures": []}'
        case _:
            at = dice.randrange(len(genuine))
            return genuine[:at] + bytes([genuine[at] ^ 1 << dice.randrange(8)]) + genuine[at + 1 :]


async def test_attack_099_ten_thousand_rubbish_messages_change_nothing(
    programme: ContinuousPlay,
) -> None:
    site = programme.site
    genuine = site.compile([(programme.planned, "title: Ca nhạc, play: [nhac.opus]")])
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    dice = random.Random(seed)  # noqa: S311 - makes rubbish, guards nothing
    agent = psutil.Process(site.station.pid)
    before = agent.memory_info().rss
    at = datetime.now(UTC)
    for _ in range(RUBBISH // BURST):
        await asyncio.gather(
            *(
                site.testbed.collector.send(
                    f"tramtin/1/d/{site.name}/{dice.choice(KINDS)}/tuan",
                    _rubbish(dice, genuine),
                    retain=False,
                )
                for _ in range(BURST)
            )
        )
    await until(
        lambda: any(r["kind"] == "refusal" for r in site.collected()), "a refusal at the centre"
    )
    await programme.pass_time(3)
    grown = agent.memory_info().rss - before
    assert grown < 24 << 20, f"{grown >> 20} MiB"
    assert site.open_play() is not None
    sound = await programme.hear()
    programme.assert_in_its_place(sound, at, 4)
    refusals = [r for r in site.collected() if r["kind"] == "refusal"]
    spent_s = (datetime.now(UTC) - at).total_seconds()
    # Eight at once of new sorts, eight of signed documents, then one each in 7.5 s; others count.
    assert len(refusals) <= 2 * (8 + spent_s / 7.5)
    await programme.assert_truth()


def _session(programme: ContinuousPlay) -> int:
    site = programme.site
    return int(site.testbed.database.health()[site.name]["session"])


async def test_a_broker_that_freezes_is_left_and_found_again(site: Any) -> None:
    settings = site.folder / site.name / "station.yaml"
    settings.write_text(settings.read_text().replace("keepalive_s: 15", "keepalive_s: 5"))
    make_melody(site.studio / "nhac.opus", 14_000)
    await site.start()
    programme = await ContinuousPlay(site).begin()
    broker = psutil.Process(programme.site.testbed.broker.pid)
    session = _session(programme)
    at = datetime.now(UTC)
    broker.send_signal(signal.SIGSTOP)
    try:
        await programme.pass_time(12)  # more than two keep-alives
    finally:
        broker.send_signal(signal.SIGCONT)
    # the dead connection was given up by its own keep-alive, not by the broker's return
    await until(lambda: _session(programme) > session, "a new session at the centre", 60)
    await programme.site.until_collected()
    sound = await programme.hear()
    programme.assert_in_its_place(sound, at, 10)
    await programme.assert_truth()


async def test_a_certificate_that_ends_in_mid_session_costs_no_sound(site: Any) -> None:
    make_melody(site.studio / "nhac.opus", 14_000)
    await site.start()
    programme = await ContinuousPlay(site).begin()
    since = programme.planned + timedelta(seconds=1)
    end = await _connect_by_a_certificate_that_ends(programme)
    await until(lambda: _heard_at(programme) > end + timedelta(seconds=1), "a word after its end")
    await site.testbed.broker.kill()
    await site.testbed.broker.start()
    session = _session(programme)
    await programme.pass_time(4)
    assert _session(programme) == session  # the broker does not let it in any more
    shorten_certificate(site, timedelta(days=90))  # the technician has brought the new file
    await until(lambda: _session(programme) > session, "the new certificate is taken up", 60)
    await programme.pass_until(since + timedelta(seconds=14))
    sound = await programme.hear()
    programme.assert_in_its_place(sound, since, 14)
    await programme.assert_truth()


async def _connect_by_a_certificate_that_ends(programme: ContinuousPlay) -> datetime:
    """Until the box has a session with a short certificate; when that ends."""
    site, first = programme.site, _session(programme)
    for left_s in (15, 40, 80):  # a busy machine takes longer to connect
        end = datetime.now(UTC) + timedelta(seconds=left_s)
        shorten_certificate(site, timedelta(seconds=left_s))
        await site.testbed.broker.kill()
        await site.testbed.broker.start()
        await until(
            lambda end=end: _session(programme) > first or datetime.now(UTC) > end,  # type: ignore[misc]  # a lambda's default
            "a session, or the certificate's end",
            100,
        )
        if datetime.now(UTC) < end:
            return end
    raise AssertionError("no session within 80 s")


def _heard_at(programme: ContinuousPlay) -> datetime:
    site = programme.site
    return datetime.fromisoformat(site.testbed.database.health()[site.name]["at"])
