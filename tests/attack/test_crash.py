"""Attack 103: a message that takes the process down comes again after each restart."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from agent.link.crash_guard import IN_HAND, SET_ASIDE, CrashGuard, retry_messages

CHILD = """
import asyncio, os, signal, sys
from pathlib import Path
from types import SimpleNamespace
from agent.link.crash_guard import CrashGuard
from agent.link.mqtt import MqttLink

async def main(folder, boot_id, release, *messages):
    async def judge(topic, message):
        if message.startswith(b"poison"):
            os.kill(os.getpid(), signal.SIGKILL)
        print("judged", message.decode(), flush=True)

    async def unused(*_): raise AssertionError

    def told(kind, subject, hint):
        print(kind, subject, "ends" if hint is None else "begins", flush=True)

    link = MqttLink(
        SimpleNamespace(host="localhost", port=1, ca="", cert="", key=""), "tv-cl-0007",
        next_session=unused, on_message=judge, on_connect=unused, on_disconnect=lambda: None,
        on_fault=told, guard=CrashGuard.open(Path(folder), Path(folder), boot_id, release),
    )
    client = SimpleNamespace(acknowledge=lambda message: None)
    for message in messages:
        topic = f"tramtin/1/d/tv-cl-0007/cancel/{message}"
        link._on_message(client, SimpleNamespace(topic=topic, payload=message.encode()))
    running = asyncio.create_task(link._delivery.run())
    await link._delivery.report_set_aside()
    while len(link._delivery._inbox):
        await asyncio.sleep(0.01)
    running.cancel()

asyncio.run(main(*sys.argv[1:]))
"""
POISON = hashlib.sha256(b"poison").hexdigest()


async def live(folder: Path, *messages: str, boot: str = "b1", release: str = "1") -> list[str]:
    """One life of a process that gets these messages; what it told. A killed one ends with it."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, str(folder), boot, release, *messages,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await child.communicate()
    told = out.decode().split("\n")[:-1]
    return [*told, "killed"] if child.returncode == -signal.SIGKILL else told


async def test_attack_103_a_message_that_killed_twice_in_one_boot_is_set_aside(
    tmp_path: Path,
) -> None:
    retained = ("poison", "alarm")
    assert await live(tmp_path, *retained) == ["killed"]
    assert await live(tmp_path, *retained) == ["killed"]
    aside = f"message_set_aside {POISON[:12]} begins"
    assert sorted(await live(tmp_path, *retained)) == ["judged alarm", aside]
    # neither another boot brings it back
    assert sorted(await live(tmp_path, *retained, boot="b2")) == ["judged alarm", aside]
    # but a newer release judges it
    assert await live(tmp_path, *retained, boot="b2", release="2") == ["killed"]
    assert await live(tmp_path, *retained, boot="b2", release="2") == ["killed"]
    assert (await live(tmp_path, *retained, boot="b2", release="2"))[0] == aside
    assert await asyncio.to_thread(retry_messages, tmp_path) == 1
    assert await live(tmp_path, *retained, boot="b2", release="2") == ["killed"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


_NEVER_ENDED: list[object] = []  # else their end would let go of the message


def die_holding(guard: CrashGuard, digest: bytes) -> None:
    """As a kill leaves it: held, and never let go."""
    holding = guard.holding(digest)
    holding.__enter__()
    _NEVER_ENDED.append(holding)


def opened(folder: Path, boot: str = "b1", release: str = "1") -> CrashGuard:
    return CrashGuard.open(folder, folder, boot, release)


def test_attack_103_a_power_cut_or_one_death_bans_no_alarm(folder: Path) -> None:
    alarm, other = hashlib.sha256(b"alarm").digest(), hashlib.sha256(b"other").digest()
    for boot in ("b1", "b2", "b3", "b4"):  # each time the mains go just then
        die_holding(opened(folder, boot), alarm)
    assert opened(folder, "b5").set_aside == frozenset()
    die_holding(opened(folder, "b5"), alarm)
    with opened(folder, "b5").holding(alarm):  # dealt with: it was not the cause
        pass
    die_holding(opened(folder, "b5"), alarm)
    die_holding(opened(folder, "b5"), other)
    assert opened(folder, "b5").set_aside == frozenset()


def test_attack_103_two_poisons_that_take_turns_are_both_set_aside(folder: Path) -> None:
    one, two = hashlib.sha256(b"1").digest(), hashlib.sha256(b"2").digest()
    for digest in (one, two, one, two):
        die_holding(opened(folder), digest)
    assert opened(folder).set_aside == {one.hex(), two.hex()}


def test_what_is_set_aside_is_bounded_and_rubbish_in_its_place_is_nothing(folder: Path) -> None:
    for number in range(100):
        for _ in range(2):
            die_holding(opened(folder), hashlib.sha256(b"%d" % number).digest())
    last = opened(folder)
    assert len(last.set_aside) == 64
    assert hashlib.sha256(b"99").hexdigest() in last.set_aside
    for rubbish in (b"", b"[1]", b'{"release":"1","messages":7}', b"\xff", b"[" * 100_000):
        (folder / SET_ASIDE).write_bytes(rubbish)
        assert opened(folder).set_aside == frozenset()
    (folder / IN_HAND).write_bytes(b"\xff" * 100)
    assert opened(folder).set_aside == frozenset()
    assert opened(folder / "missing").set_aside == frozenset()  # nowhere to remember: goes on


def test_a_try_that_was_asked_for_counts_at_once(folder: Path) -> None:
    digest = hashlib.sha256(b"x").digest()
    for _ in range(2):
        die_holding(opened(folder), digest)
    guard = opened(folder)
    assert json.loads((folder / SET_ASIDE).read_bytes())["messages"] == [digest.hex()]
    retry_messages(folder)
    guard.reread()
    assert guard.set_aside == frozenset()


def test_on_a_card_that_takes_no_writes_it_is_kept_for_the_boot(folder: Path) -> None:
    digest, card = hashlib.sha256(b"x").digest(), folder / "missing"
    for _ in range(2):
        die_holding(CrashGuard.open(folder, card, "b1", "1"), digest)
    assert CrashGuard.open(folder, card, "b1", "1").set_aside == {digest.hex()}


def test_where_the_run_time_folder_is_full_the_box_starts_without_that_memory(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A page that has no room yet ends the process at the first write into it (SIGBUS)."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", refuse)
    with opened(folder).holding(bytes(32)):
        pass
    assert "crashes cannot be recorded" in caplog.text
