"""The shared bus, with missing ports and devices that behave as the test says."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable

import pytest

from drivers.bus import shared_bus
from drivers.bus.shared_bus import BusUser, SharedBus
from drivers.errors import DeviceBusy, DeviceProtocolError, DeviceTimeout, DeviceUnreachable


class FakePort:
    def __init__(self) -> None:
        self.heard = b""
        self.is_there = True
        self.was_closed = False

    def is_open(self) -> bool:
        return self.is_there and not self.was_closed

    def close(self) -> None:
        self.was_closed = True


class Bench:
    """A bus whose opening can fail, with every port that it had."""

    def __init__(self) -> None:
        self.ports: list[FakePort] = []
        self.error: OSError | None = None
        self.line: SharedBus[FakePort] = SharedBus("/dev/x", self._open)

    async def _open(self) -> FakePort:
        if self.error is not None:
            raise self.error
        self.ports.append(FakePort())
        return self.ports[-1]


def user(name: str = "a", *, timeout_s: float = 0.02, tries: int = 2) -> BusUser:
    return BusUser(name=name, key=name, timeout_s=timeout_s, gap_s=0.0, tries=tries)


class Device:
    """A device that answers or not, and counts its requests."""

    def __init__(self, *deeds: Callable[[FakePort], Awaitable[int]]) -> None:
        self.deeds = list(deeds)
        self.asked = 0

    async def __call__(self, port: FakePort) -> int:
        deed = self.deeds[min(self.asked, len(self.deeds) - 1)]
        self.asked += 1
        return await deed(port)


async def answer(_: FakePort) -> int:
    return 7


async def keep_silent(_: FakePort) -> int:
    await asyncio.Event().wait()
    return 0


async def babble(port: FakePort) -> int:
    port.heard = b"\xff\x00"
    await asyncio.Event().wait()
    return 0


async def lose_port(port: FakePort) -> int:
    port.is_there = False
    raise OSError(errno.EIO, "gone")


async def test_a_device_gets_as_many_attempts_as_its_profile_says() -> None:
    device = Device(keep_silent)
    with pytest.raises(DeviceTimeout, match=r"no answer in 0\.02 s on /dev/x"):
        await Bench().line.command(user(tries=3), "read", device)
    assert device.asked == 3


async def test_an_answer_to_the_second_attempt_is_accepted() -> None:
    device = Device(keep_silent, answer)
    assert await Bench().line.command(user(), "read", device) == 7


async def test_a_silent_device_gets_one_attempt_until_it_answers_again() -> None:
    bench, device = Bench(), Device(keep_silent, keep_silent, keep_silent, answer, keep_silent)
    for _ in range(2):
        with pytest.raises(DeviceTimeout):
            await bench.line.command(user(), "switch on", device)
    assert device.asked == 3  # two attempts, then one
    assert await bench.line.command(user(), "switch on", device) == 7
    with pytest.raises(DeviceTimeout):
        await bench.line.command(user(), "switch on", device)
    assert device.asked == 6  # answers again: two attempts


async def test_polls_of_a_silent_device_are_refused_during_its_back_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s = 1000.0
    monkeypatch.setattr(shared_bus, "_mono_s", lambda: now_s)
    bench, device = Bench(), Device(keep_silent)
    pauses_s = []
    for _ in range(7):
        with pytest.raises(DeviceTimeout, match="no answer"):
            await bench.line.poll(user(), "read", device)
        asked, begin_s = device.asked, now_s
        while True:
            now_s += 0.5
            try:
                await bench.line.poll(user(), "read", Device(answer_never))
            except DeviceTimeout:
                continue
            except RuntimeError:
                break
        assert device.asked == asked
        pauses_s.append(now_s - begin_s)
    assert pauses_s == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


async def answer_never(_: FakePort) -> int:
    raise RuntimeError("asked")


async def test_the_silence_of_one_device_does_not_affect_another() -> None:
    bench = Bench()
    with pytest.raises(DeviceTimeout):
        await bench.line.poll(user("a"), "read", Device(keep_silent))
    assert await bench.line.poll(user("b"), "read", Device(answer)) == 7


async def test_bytes_that_are_not_an_answer_are_shown() -> None:
    with pytest.raises(DeviceProtocolError, match="2 bytes came that are no answer: ff 00"):
        await Bench().line.command(user(), "read", Device(babble))


async def test_a_port_lost_since_the_last_request_is_reopened_within_the_next() -> None:
    bench = Bench()
    await bench.line.command(user(), "read", Device(answer))
    assert await bench.line.command(user(), "read", Device(lose_port, answer)) == 7
    assert [port.was_closed for port in bench.ports] == [True, False]


async def test_a_port_that_is_lost_again_at_once_is_unreachable() -> None:
    bench, device = Bench(), Device(lose_port)
    await bench.line.command(user(), "read", Device(answer))
    with pytest.raises(DeviceUnreachable, match="the port is gone"):
        await bench.line.command(user(), "read", device)
    assert device.asked == 2


@pytest.mark.parametrize(
    ("number", "kind", "says"),
    [
        (errno.ENOENT, DeviceUnreachable, "is it plugged in"),
        (errno.EACCES, DeviceUnreachable, "group dialout"),
        (errno.EBUSY, DeviceBusy, "holds it"),
        (errno.EAGAIN, DeviceBusy, "holds it"),  # what flock says
        (errno.EIO, DeviceUnreachable, "Input/output"),
    ],
)
async def test_a_port_that_does_not_open_is_reported_with_the_remedy(
    number: int, kind: type[Exception], says: str
) -> None:
    bench = Bench()
    bench.error = OSError(number, "Input/output error")
    with pytest.raises(kind, match=says):
        await bench.line.command(user(), "read", Device(answer))
    bench.error = None
    assert await bench.line.command(user(), "read", Device(answer)) == 7


async def test_one_exchange_at_a_time() -> None:
    bench, active, most = Bench(), 0, 0

    async def exchange(_: FakePort) -> int:
        nonlocal active, most
        active += 1
        most = max(most, active)
        await asyncio.sleep(0)
        active -= 1
        return 1

    calls = (bench.line.command(user(str(n)), "read", exchange) for n in range(20))
    assert sum(await asyncio.gather(*calls)) == 20
    assert most == 1
