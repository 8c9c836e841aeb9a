"""The priority of what gives samples or shows pictures: what is granted, and never for good."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import NoReturn

import pytest

from agent.play import realtime

ENDLESS = """
import os
from agent.play import realtime
realtime.BUDGET_S, realtime.PRIORITY = 0.1, 1  # below everything that sounds meanwhile
realtime.take_realtime_priority()
assert os.sched_getscheduler(0) == os.SCHED_RR
while True:
    pass
"""
CHILD = """
import os, threading
from agent.play.realtime import take_realtime_priority
take_realtime_priority()
last = max(os.sched_getaffinity(os.getppid()))
thread = threading.Thread(
    target=lambda: print(os.sched_getscheduler(0) == os.SCHED_RR, os.sched_getaffinity(0) == {last})
)
thread.start()
thread.join()
"""

PICTURES = """
import os
from agent.play.realtime import take_picture_priority
os.setpriority(os.PRIO_PROCESS, 0, -5)  # as in the unit
take_picture_priority()
is_realtime = os.sched_getscheduler(0) == os.SCHED_RR | os.SCHED_RESET_ON_FORK
print(is_realtime, os.sched_getparam(0).sched_priority, flush=True)
if os.fork() == 0:
    is_ordinary = os.sched_getscheduler(0) == os.SCHED_OTHER
    print(is_ordinary, os.getpriority(os.PRIO_PROCESS, 0), flush=True)
    os._exit(0)
os.wait()
"""


def is_granted() -> bool:
    """May this process have a real-time priority?"""
    code = "import os; os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(10))"
    run = subprocess.run([sys.executable, "-c", code], stderr=subprocess.DEVNULL, check=False)
    return run.returncode == 0


needs_grant = pytest.mark.skipif(not is_granted(), reason="no real-time priority here")


def refuse(*_: object) -> NoReturn:
    raise PermissionError


def record(calls: list[tuple[object, ...]]) -> Callable[..., None]:
    return lambda *given: calls.append(given)


def test_without_the_right_it_has_a_raised_nice_value(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[object, ...]] = []
    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    monkeypatch.setattr(os, "setpriority", record(calls))
    realtime.take_realtime_priority()
    assert calls == [(os.PRIO_PROCESS, 0, -11)]


def test_without_any_right_it_plays_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    monkeypatch.setattr(os, "setpriority", refuse)
    realtime.take_realtime_priority()


def test_a_smaller_budget_of_the_unit_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[object, ...]] = []
    monkeypatch.setattr(os, "sched_setscheduler", lambda *_: None)
    monkeypatch.setattr(os, "sched_setaffinity", lambda *_: None)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (400_000, 400_000))  # microseconds
    monkeypatch.setattr(resource, "setrlimit", record(calls))
    realtime.take_realtime_priority()
    assert calls == [(resource.RLIMIT_RTTIME, (400_000, 400_000))]


@needs_grant
def test_the_threads_that_follow_have_it_too() -> None:
    run = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True)
    assert run.stdout == "True True\n"


@needs_grant
def test_the_kernel_ends_a_process_that_computes_for_longer_than_its_budget() -> None:
    run = subprocess.run([sys.executable, "-c", ENDLESS], check=False)
    assert run.returncode == -signal.SIGXCPU  # getrlimit(2), RLIMIT_RTTIME


@needs_grant
def test_a_board_goes_behind_the_sound_and_what_it_forks_is_ordinary_work() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PICTURES], capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["True", "5", "True", "0"]


def test_a_board_without_the_right_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    monkeypatch.setattr(os, "setpriority", refuse)
    monkeypatch.setattr(resource, "setrlimit", refuse)
    realtime.take_picture_priority()
