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


async def test_attack_099_ten_thousand_rubbish_messages_change_nothing(air: ContinuousPlay) -> None:
    stage = air.stage
    genuine = stage.compile([(air.planned, "title: Ca nhạc, play: [nhac.opus]")])
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    dice = random.Random(seed)  # noqa: S311 - makes rubbish, guards nothing
    agent = psutil.Process(stage.station.pid)
    before = agent.memory_info().rss
    at = datetime.now(UTC)
    for _ in range(RUBBISH // BURST):
        await asyncio.gather(
            *(
                stage.scene.collector.send(
                    f"tramtin/1/d/{stage.name}/{dice.choice(KINDS)}/tuan",
                    _rubbish(dice, genuine),
                    retain=False,
                )
                for _ in range(BURST)
            )
        )
    await until(
        lambda: any(r["kind"] == "refusal" for r in stage.collected()), "a refusal at the centre"
    )
    await air.pass_time(3)
    grown = agent.memory_info().rss - before
    assert grown < 24 << 20, f"{grown >> 20} MiB"
    assert stage.open_play() is not None
    ear = await air.hear()
    air.assert_in_its_place(ear, at, 4)
    refusals = [r for r in stage.collected() if r["kind"] == "refusal"]
    spent_s = (datetime.now(UTC) - at).total_seconds()
    # Eight at once of new sorts, eight of signed documents, then one each in 7.5 s; others count.
    assert len(refusals) <= 2 * (8 + spent_s / 7.5)
    await air.assert_truth()


def _session(air: ContinuousPlay) -> int:
    stage = air.stage
    return int(stage.scene.database.health()[stage.name]["session"])


async def test_a_broker_that_freezes_is_left_and_found_again(stage: Any) -> None:
    settings = stage.folder / stage.name / "station.yaml"
    settings.write_text(settings.read_text().replace("keepalive_s: 15", "keepalive_s: 5"))
    make_melody(stage.studio / "nhac.opus", 14_000)
    await stage.start()
    air = await ContinuousPlay(stage).begin()
    broker = psutil.Process(air.stage.scene.broker.pid)
    session = _session(air)
    at = datetime.now(UTC)
    broker.send_signal(signal.SIGSTOP)
    try:
        await air.pass_time(12)  # more than two keep-alives
    finally:
        broker.send_signal(signal.SIGCONT)
    # the dead connection was given up by its own keep-alive, not by the broker's return
    await until(lambda: _session(air) > session, "a new session at the centre", 60)
    await air.stage.until_collected(60)
    ear = await air.hear()
    air.assert_in_its_place(ear, at, 10)
    await air.assert_truth()


async def test_a_certificate_that_ends_in_mid_session_costs_no_sound(stage: Any) -> None:
    make_melody(stage.studio / "nhac.opus", 14_000)
    await stage.start()
    air = await ContinuousPlay(stage).begin()
    since = air.planned + timedelta(seconds=1)
    end = await _connect_by_a_certificate_that_ends(air)
    await until(lambda: _heard_at(air) > end + timedelta(seconds=1), "a word after its end")
    await stage.scene.broker.kill()
    await stage.scene.broker.start()
    session = _session(air)
    await air.pass_time(4)
    assert _session(air) == session  # the broker does not let it in any more
    shorten_certificate(stage, timedelta(days=90))  # the technician has brought the new file
    await until(lambda: _session(air) > session, "the new certificate is taken up", 60)
    await air.pass_until(since + timedelta(seconds=14))
    ear = await air.hear()
    air.assert_in_its_place(ear, since, 14)
    await air.assert_truth()


async def _connect_by_a_certificate_that_ends(air: ContinuousPlay) -> datetime:
    """Until the box has a session with a short certificate; when that ends."""
    stage, first = air.stage, _session(air)
    for left_s in (15, 40, 80):  # a busy machine takes longer to connect
        end = datetime.now(UTC) + timedelta(seconds=left_s)
        shorten_certificate(stage, timedelta(seconds=left_s))
        await stage.scene.broker.kill()
        await stage.scene.broker.start()
        await until(
            lambda end=end: _session(air) > first or datetime.now(UTC) > end,  # type: ignore[misc]  # a lambda's default
            "a session, or the certificate's end",
            100,
        )
        if datetime.now(UTC) < end:
            return end
    raise AssertionError("no session within 80 s")


def _heard_at(air: ContinuousPlay) -> datetime:
    stage = air.stage
    return datetime.fromisoformat(stage.scene.database.health()[stage.name]["at"])
