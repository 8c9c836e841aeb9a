"""Signals: an object emits that it has changed and does not know its listeners.

The composition root (`agent.app`) connects the listeners between parts, through
`agent.health.internal_errors`, which makes an issue of a listener's failure.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Generic, ParamSpec

log = logging.getLogger(__name__)
P = ParamSpec("P")


class Signal(Generic[P]):
    """Listeners, called in the order in which they were connected.

    A listener's failure is logged; the other listeners and the emitter go on.
    """

    def __init__(self) -> None:
        self._listeners: list[Callable[P, object]] = []

    def connect(self, *listeners: Callable[P, object]) -> None:
        """Call these from now on."""
        self._listeners += listeners

    def disconnect(self, listener: Callable[P, object]) -> None:
        """Call it no more.

        Raises:
            ValueError: it is not connected.
        """
        self._listeners.remove(listener)

    def emit(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call every listener."""
        for listener in self._listeners:
            try:
                listener(*args, **kwargs)
            except Exception:
                log.exception("a listener failed")


class AsyncSignal(Generic[P]):
    """A signal whose listeners may be coroutine functions.

    Each is awaited before the next is called: `emit` returns when every listener has ended.
    """

    def __init__(self) -> None:
        self._listeners: list[Callable[P, Awaitable[object] | None]] = []

    def connect(self, *listeners: Callable[P, Awaitable[object] | None]) -> None:
        """Call these from now on."""
        self._listeners += listeners

    async def emit(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call every listener and await what it returns."""
        for listener in self._listeners:
            try:
                pending = listener(*args, **kwargs)
                if pending is not None:
                    await pending
            except Exception:
                log.exception("a listener failed")
