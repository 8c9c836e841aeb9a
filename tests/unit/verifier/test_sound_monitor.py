"""The monitor's process lives while its output plays, and for a self-check."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio

from agent.errors import PlayError
from agent.play.ipc import Compared, MonitorBeat
from agent.verifier import sound_monitor
from agent.verifier.play_evidence import Look
from agent.verifier.sound_monitor import SoundMonitor

PLAY: Any = SimpleNamespace(output="loa", zones=["nga-ba"])
ELSEWHERE: Any = SimpleNamespace(output="bang-tin", zones=["mat-truoc"])


def compared(*, is_found: bool, played_db: float = -20.0, heard_db: float = -40.0) -> Compared:
    score = 0.8 if is_found else 0.1
    return Compared(is_found, score, 120, by_tone=False, played_db=played_db, heard_db=heard_db)


class FakeWorker:
    """A process that is told to be running."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def start(self) -> None:
        if self._room.bug is not None:
            raise self._room.bug
        if self._room.refuses:
            raise PlayError("E_INPUT_LOST", "monitor", self._room.refuses)
        self._room.is_running = True
        self._room.changed.set()

    async def stop(self) -> None:
        self._room.is_running = False
        self._room.changed.set()

    def send(self, command: Any, fd: int | None = None) -> None:
        raise PlayError("E_WORKER", "monitor", "gone")


class Room:
    """One monitor with its fake process."""

    def __init__(self, kind: Any = "microphone") -> None:
        self.refuses = ""
        self.bug: Exception | None = None
        self.is_running = False
        self.spawned = 0
        self.changed = asyncio.Event()
        self.looks: list[Look] = []
        self.blind: list[tuple[str, str]] = []
        self.issues: dict[str, str] = {}
        self.on_event: Callable[[Any], None] = print
        self.on_lost: Callable[[str], None] = print
        self.monitor = SoundMonitor(
            "loa", kind, self.spawn, on_look=self.looks.append,
            on_blind=lambda *why: self.blind.append(why), set_issue=self.set_issue,
        )  # fmt: skip

    def spawn(self, on_event: Callable[[Any], None], on_lost: Callable[[str], None]) -> Any:
        self.on_event, self.on_lost = on_event, on_lost
        self.spawned += 1
        return FakeWorker(self)

    def set_issue(self, kind: str, _subject: str, hint: str | None) -> None:
        self.issues.pop(kind, None)
        if hint is not None:
            self.issues[kind] = hint
        self.changed.set()

    async def until(self, is_so: Callable[[], bool]) -> None:
        while not is_so():
            self.changed.clear()
            await self.changed.wait()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LINGER_S", "CHECK_S", "RETRY_S", "IDLE_RETRY_S"):
        monkeypatch.setattr(sound_monitor, name, 0.0)


@pytest_asyncio.fixture
async def room() -> AsyncIterator[Room]:
    one = Room()
    task = asyncio.create_task(one.monitor.run(), name="monitor")
    await one.until(lambda: one.is_running)
    yield one
    task.cancel()
    await asyncio.wait([task])


async def test_it_ends_after_a_self_check_and_comes_back_for_a_play(room: Room) -> None:
    room.on_event(MonitorBeat(100, -48.0))
    await room.until(lambda: not room.is_running)
    room.monitor.on_begin(ELSEWHERE)
    room.monitor.on_begin(PLAY)
    await room.until(lambda: room.is_running)
    room.on_event(compared(is_found=True))
    assert room.looks == [Look("microphone", "loa", is_found=True, value=0.8)]
    room.monitor.on_end(PLAY)
    await room.until(lambda: not room.is_running)


async def test_a_microphone_that_gives_only_zeros_is_an_issue(room: Room) -> None:
    room.on_event(MonitorBeat(100, -96.0))
    await room.until(lambda: "monitor_lost" in room.issues)
    assert "nothing but silence" in room.issues["monitor_lost"]
    room.monitor.on_begin(PLAY)
    await room.until(lambda: room.is_running)
    room.on_event(MonitorBeat(100, -40.0))
    room.monitor.on_end(PLAY)
    await room.until(lambda: room.issues == {})


async def test_an_input_that_is_gone_is_an_issue_until_it_is_back(room: Room) -> None:
    room.monitor.on_begin(PLAY)
    room.refuses = "no such device"
    room.on_lost("E_INPUT_LOST: pulled")
    await room.until(lambda: "monitor_lost" in room.issues)
    assert room.monitor.is_lost
    assert room.blind[0] == ("loa", "monitor_lost")
    room.refuses = ""
    await room.until(lambda: room.is_running)
    room.on_event(MonitorBeat(100, -40.0))
    room.monitor.on_end(PLAY)
    await room.until(lambda: room.issues == {})


async def test_while_nothing_plays_an_input_that_is_gone_is_seldom_tried(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound_monitor, "IDLE_RETRY_S", 3600.0)
    room.on_lost("E_INPUT_LOST: pulled")
    await room.until(lambda: "monitor_lost" in room.issues)
    for _ in range(20):
        await asyncio.sleep(0)
    assert room.spawned == 1
    room.monitor.on_begin(PLAY)
    await room.until(lambda: room.is_running)


async def test_a_bug_in_it_is_an_issue_and_ends_nothing(room: Room) -> None:
    room.monitor.on_begin(PLAY)
    room.bug = RuntimeError("no such lag")
    room.on_lost("E_INPUT_LOST: pulled")
    await room.until(lambda: room.issues == {"monitor_lost": "RuntimeError: no such lag"})
    room.bug = None
    await room.until(lambda: room.is_running)


async def test_an_output_without_a_process_is_not_tapped(room: Room) -> None:
    class Output:
        def tap(self, fd: int) -> None:
            raise AssertionError(fd)

    room.monitor.tap(Output())  # its process takes no message
    await room.until(lambda: not room.is_running)
    room.monitor.tap(Output())


async def test_the_silent_self_check_is_made_again_every_hour(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    at_s = loop.time()
    monkeypatch.setattr(loop, "time", lambda: at_s)  # it stands still but for the steps below

    async def settle() -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    for _hour in range(3):
        room.on_event(MonitorBeat(100, -48.0))
        await room.until(lambda: not room.is_running)
        await settle()
        at_s += 3599.0
        await settle()
        assert not room.is_running
        at_s += 1.0
        await room.until(lambda: room.is_running)
    assert room.looks == []


@pytest.mark.parametrize(
    ("played_db", "heard_db", "counts"),
    [
        (-20.0, -46.0, True),  # as loud as ever, and nothing of it
        (-20.0, -70.0, True),
        (-45.0, -46.0, False),  # 19 dB below the noise: a cap of the night
        (-45.0, -70.0, True),  # as quiet, in a quiet night
    ],
)
async def test_what_would_drown_in_the_noise_is_no_silence(
    room: Room, played_db: float, heard_db: float, *, counts: bool
) -> None:
    room.on_event(compared(is_found=False, played_db=-45.0, heard_db=-46.0))
    assert len(room.looks) == 1  # nothing is known of the way yet
    room.on_event(compared(is_found=True))
    room.on_event(compared(is_found=False, played_db=played_db, heard_db=heard_db))
    assert len(room.looks) == 2 + counts
