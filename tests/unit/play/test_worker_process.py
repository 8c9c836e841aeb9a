"""The reported cause of a lost worker; the children are small Python processes."""

from __future__ import annotations

import asyncio
import socket
import sys

import msgspec
import pytest

from agent.errors import PlayError
from agent.play.ipc import BEAT_LIMIT_S, EngineBeat, EngineEvent
from agent.play.worker_process import WorkerProcess, describe_end

PATIENCE_S = 20.0
READY = b'{"do":"ready","rate_hz":48000,"block":960,"device":"x"}'
BEGIN = f"import os, signal; os.write(3, {READY!r}); "
SIGNAL = "os.kill(os.getpid(), signal.SIG{})"


async def reason_of(what_it_does: str) -> str:
    """The reason passed to `on_lost` for a child that reports ready and then does this."""
    lost: asyncio.Queue[str] = asyncio.Queue()
    argv = [sys.executable, "-S", "-c", BEGIN + what_it_does]
    worker: WorkerProcess[EngineEvent] = WorkerProcess(
        argv, EngineEvent, lambda _: None, lost.put_nowait
    )
    await worker.start()
    async with asyncio.timeout(PATIENCE_S):
        reason = await lost.get()
    await worker.stop()
    assert lost.empty()  # it is reported lost once
    assert not worker.is_alive
    return reason


# Names and numbers: signal(7).
@pytest.mark.parametrize(
    ("what_it_does", "reason"),
    [
        (SIGNAL.format("SEGV"), "E_WORKER: it ended by signal SIGSEGV"),
        (SIGNAL.format("KILL"), "E_WORKER: it ended by signal SIGKILL"),
        ("os._exit(3)", "E_WORKER: it ended with exit code 3"),
        ("os._exit(0)", "E_WORKER: it ended"),
        ("os.close(3); signal.pause()", "E_WORKER: it closed its socket"),
    ],
)
async def test_a_lost_worker_is_reported_with_its_cause(what_it_does: str, reason: str) -> None:
    assert await reason_of(what_it_does) == reason


async def test_a_worker_that_the_kernel_does_not_start_is_reported_and_may_be_started_again() -> (
    None
):
    worker: WorkerProcess[EngineEvent] = WorkerProcess(
        ["/nonexistent/engine"], EngineEvent, lambda _: None, pytest.fail, name="loa"
    )
    for _ in range(2):
        with pytest.raises(PlayError, match=r"E_WORKER: loa: .*No such file"):
            await worker.start()
        assert not worker.is_alive
    await worker.stop()


async def test_a_worker_that_dies_before_its_first_message_is_reported_with_its_cause() -> None:
    argv = [sys.executable, "-S", "-c", "import os, signal; " + SIGNAL.format("SYS")]
    worker: WorkerProcess[EngineEvent] = WorkerProcess(
        argv, EngineEvent, lambda _: None, pytest.fail
    )
    with pytest.raises(PlayError, match="it ended by signal SIGSYS"):
        await worker.start()
    await worker.stop()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (0, "it ended"),
        (1, "it ended with exit code 1"),
        (-9, "it ended by signal SIGKILL"),
        (-50, "it ended by signal 50"),  # a real-time signal
    ],
)
def test_the_end_of_a_process_as_text(code: int, said: str) -> None:
    assert describe_end(code) == said


async def test_only_a_child_that_was_silent_while_the_agent_ran_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lost: list[str] = []
    worker: WorkerProcess[EngineEvent] = WorkerProcess([], EngineEvent, lambda _: None, lost.append)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(0)
    worker._socket = ours
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: 100.0)
    with theirs:
        theirs.send(msgspec.json.encode(EngineBeat(48_000, 1.0, 0)))
        worker._judge_silence(100 - BEAT_LIMIT_S)  # the beat is there, and was not read yet
        assert (lost, worker.is_alive) == ([], True)
        worker._judge_silence(90)  # nobody on this machine may have run
        assert (lost, worker.is_alive) == ([], True)
        worker._judge_silence(100 - BEAT_LIMIT_S)
        assert lost == ["E_WORKER: no beat for 1.5 s"]
    monkeypatch.undo()
