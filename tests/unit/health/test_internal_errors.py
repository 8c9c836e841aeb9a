"""A listener or job that fails begins an issue and stops no other; its next success ends it."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from agent.background_jobs import BackgroundJobs
from agent.health import internal_errors
from agent.health.internal_errors import InternalErrors, name_of
from agent.health.open_issues import Issues
from agent.signals import AsyncSignal, Signal


@pytest.fixture
def issues() -> Issues:
    return Issues(lambda: "2026-11-22T08:00:00Z")


@pytest.fixture
def errors(issues: Issues) -> InternalErrors:
    return InternalErrors(issues.set_issue)


def open_of(issues: Issues) -> list[tuple[str, str, str]]:
    return [(one.kind, one.subject, one.hint) for one in issues.all()]


class Listener:
    def __init__(self) -> None:
        self.calls: list[int] = []
        self.error: Exception | None = None

    def note(self, number: int) -> None:
        self.calls.append(number)
        if self.error is not None:
            raise self.error

    async def wait(self, number: int) -> None:
        self.note(number)


def test_a_failure_begins_an_issue_and_the_next_success_of_the_same_listener_ends_it(
    issues: Issues, errors: InternalErrors
) -> None:
    signal, first, second = Signal[[int]](), Listener(), Listener()
    first.error = KeyError("mat-truoc")
    errors.connect(signal, first.note, partial(Listener.note, second))
    signal.emit(1)
    assert second.calls == [1]
    expected = [("internal_error", "Listener.note", "KeyError: 'mat-truoc'")]
    assert open_of(issues) == expected
    signal.emit(2)  # its namesake succeeds: that says nothing about this one
    assert open_of(issues) == expected
    first.error = None
    signal.emit(3)
    assert open_of(issues) == []
    assert (first.calls, second.calls) == ([1, 2, 3], [1, 2, 3])


async def test_a_coroutine_that_fails_begins_an_issue_after_it_was_awaited(
    issues: Issues, errors: InternalErrors
) -> None:
    signal, first, second = AsyncSignal[[int]](), Listener(), Listener()
    first.error = OSError("no route")
    errors.connect(signal, first.wait, second.note)
    await signal.emit(1)
    assert second.calls == [1]
    assert open_of(issues) == [("internal_error", "Listener.wait", "OSError: no route")]
    first.error = None
    await signal.emit(2)
    assert open_of(issues) == []


def test_a_listener_of_the_issues_themselves_that_fails_does_not_call_itself_for_ever(
    issues: Issues, errors: InternalErrors
) -> None:
    listener = Listener()
    listener.error = ValueError("x")
    errors.connect(issues.changed, lambda _issue, begins: listener.note(begins))
    issues.set_issue("door_open", "cua-tu", "closed it?")
    assert [kind for kind, *_ in open_of(issues)] == ["door_open", "internal_error"]
    assert len(listener.calls) == 2


async def test_a_job_that_fails_begins_an_issue_until_one_of_the_same_function_succeeds(
    issues: Issues, errors: InternalErrors
) -> None:
    async def send(number: int) -> None:
        if number == 1:
            raise RuntimeError("broken")

    async with BackgroundJobs() as jobs:
        jobs.ended.connect(errors.on_job_end)
        jobs.start(send(1))
    [(kind, subject, hint)] = open_of(issues)
    assert (kind, hint) == ("internal_error", "RuntimeError: broken")
    assert subject.endswith("send")
    async with jobs:
        jobs.start(send(2))
    assert open_of(issues) == []


def test_a_lambda_is_named_by_its_file_and_line() -> None:
    name, _, line = name_of(lambda: None).partition(":")
    assert name == "test_internal_errors.py"
    assert line.isdigit()
    assert name_of(partial(partial(Listener.note), Listener())) == "Listener.note"


class Service:
    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.runs = 0
        self.is_steady = asyncio.Event()

    async def run(self) -> None:
        self.runs += 1
        if self.errors:
            raise self.errors.pop(0)
        self.is_steady.set()
        await asyncio.Event().wait()


async def test_a_service_that_fails_is_an_issue_and_runs_again(
    issues: Issues, errors: InternalErrors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(internal_errors, "RETRY_S", 0)
    service = Service(ExceptionGroup("tasks", [OSError("no card")]))
    running = asyncio.create_task(errors.keep_running(service.run))
    await service.is_steady.wait()
    assert service.runs == 2
    assert open_of(issues) == [("internal_error", "Service.run", "OSError: no card")]
    running.cancel()
    await asyncio.wait([running])


async def test_the_issue_of_a_service_ends_when_it_has_run_for_a_while(
    issues: Issues, errors: InternalErrors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(internal_errors, "RETRY_S", 0)
    monkeypatch.setattr(internal_errors, "STEADY_S", 0)
    ended = asyncio.Event()
    issues.changed.connect(lambda _issue, begins: None if begins else ended.set())
    running = asyncio.create_task(errors.keep_running(Service(KeyError("slot")).run))
    await ended.wait()
    assert open_of(issues) == []
    running.cancel()
    await asyncio.wait([running])
