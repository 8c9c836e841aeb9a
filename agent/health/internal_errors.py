"""Failures of listeners and background jobs become issues: each is ours, and none stops the box."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from itertools import count
from pathlib import PurePath
from types import FunctionType
from typing import Any, ParamSpec

from agent.signals import AsyncSignal, Signal

P = ParamSpec("P")
KIND = "internal_error"
MAX_HINT = 200
RETRY_S = 1.0
STEADY_S = 30.0  # a service that ran this long has recovered
log = logging.getLogger(__name__)


class InternalErrors:
    """One issue for each function that failed; it ends when the same function succeeds again.

    Args:
        set_issue: begins or ends an issue.
    """

    def __init__(self, set_issue: Callable[[str, str, str | None], None]) -> None:
        self._set_issue = set_issue
        self._numbers = count()
        self._failing: dict[str, set[int]] = defaultdict(set)  # subject → listeners of that name

    def connect(self, signal: Signal[P] | AsyncSignal[P], *listeners: Callable[P, Any]) -> None:
        """Connect listeners whose failure begins an issue; the signal goes on with the others."""
        guard = self._guard if isinstance(signal, Signal) else self._guard_awaited
        for listener in listeners:
            end = partial(self._on_end, name_of(listener), next(self._numbers))
            signal.connect(guard(listener, end))

    def on_job_end(self, name: str, error: BaseException | None) -> None:
        """Begin the issue of a job that failed, or end it."""
        self._on_end(name, -1, error)

    async def keep_running(self, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run a service until cancelled; one that fails begins an issue and is started again.

        For what the box can do without for a second: its failure must not end what sounds.
        """
        name, number = name_of(run), next(self._numbers)
        while True:
            steady = asyncio.get_running_loop().call_later(
                STEADY_S, self._on_end, name, number, None
            )
            try:
                await run()
            except Exception as error:
                log.exception("%s failed", name)
                cause = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
                self._on_end(name, number, cause)
            finally:
                steady.cancel()
            await asyncio.sleep(RETRY_S)

    def _guard(
        self, listener: Callable[P, Any], end: Callable[[Exception | None], None]
    ) -> Callable[P, None]:
        def call(*args: P.args, **kwargs: P.kwargs) -> None:
            try:
                listener(*args, **kwargs)
            except Exception as error:
                end(error)
                raise
            end(None)

        return call

    def _guard_awaited(
        self, listener: Callable[P, Any], end: Callable[[Exception | None], None]
    ) -> Callable[P, Awaitable[None]]:
        async def call(*args: P.args, **kwargs: P.kwargs) -> None:
            try:
                pending = listener(*args, **kwargs)
                if pending is not None:
                    await pending
            except Exception as error:
                end(error)
                raise
            end(None)

        return call

    def _on_end(self, subject: str, number: int, error: BaseException | None) -> None:
        if error is not None:
            self._failing[subject].add(number)
            self._set_issue(KIND, subject, f"{type(error).__name__}: {error}"[:MAX_HINT])
        elif subject in self._failing:
            self._failing[subject].discard(number)
            if not self._failing[subject]:
                del self._failing[subject]
                self._set_issue(KIND, subject, None)


def name_of(listener: Callable[..., object]) -> str:
    """Class and function; of a lambda its file and line."""
    while isinstance(listener, partial):
        listener = listener.func
    if isinstance(listener, FunctionType) and listener.__name__ == "<lambda>":
        code = listener.__code__
        return f"{PurePath(code.co_filename).name}:{code.co_firstlineno}"
    return getattr(listener, "__qualname__", type(listener).__name__)
