"""Which sound card an output drives, and by which engine.

The settings name the cards in an order. The first one that opens and lets sound flow is driven; no
other card of the box ever is. While it is not the first one, the missing ones are tried again when
a card comes, and every minute (a sound server tells nobody that it is back); a better one takes
over at a quiet moment. Three deaths of an engine within a minute turn to safe mode: the same cards
by `aplay`, until the engine, tried every ten minutes at a quiet moment, starts again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from agent.clock import mono_s
from agent.play.ipc import EngineEvent
from agent.play.sound.engine_config import EngineConfig, engine_argv, safe_engine_argv
from agent.play.speaker_line import FaultSink
from agent.play.supervisor import RestartPause, WorkerChoice
from agent.play.worker_process import WorkerProcess
from drivers.interface import SoundCard

DEATHS = 3
WITHIN_S = 60.0
ENGINE_AGAIN_S = 600.0
CARD_AGAIN_S = 60.0
WATCH_S = 0.5
DEVICE_CODES = ("E_DEVICE:", "E_DEVICE_GONE:")  # the card's fault, not that of the engine

Cards = Callable[[], Sequence[SoundCard]]


@dataclass(frozen=True)
class SoundPath:
    """One card by one engine.

    Args:
        output: the output's name.
        rank: the card's place in the order, from 0.
        config: the card.
        is_safe: by `aplay` instead of the engine.
    """

    output: str
    rank: int
    config: EngineConfig
    is_safe: bool = False

    def spawn(
        self, on_event: Callable[[EngineEvent], None], on_lost: Callable[[str], None]
    ) -> WorkerProcess[EngineEvent]:
        """Make the worker, not started."""
        argv = safe_engine_argv(self.config) if self.is_safe else engine_argv(self.config)
        return WorkerProcess(argv, EngineEvent, on_event, on_lost, name=self.output)


class CardOrder:
    """The sound paths of one output; a `WorkerSource` of its supervisor.

    Args:
        output: the output's name.
        cards: in order, the best first.
        on_fault: begins and ends the issues `sound_fallback` and `safe_mode`.
        list_cards: what the kernel sees; may block.

    Attributes:
        in_use: what sounds now, or did last; None before the first good start.
    """

    def __init__(
        self,
        output: str,
        cards: Sequence[EngineConfig],
        on_fault: FaultSink,
        list_cards: Cards,
    ) -> None:
        self.in_use: SoundPath | None = None
        self._paths = [SoundPath(output, rank, config) for rank, config in enumerate(cards)]
        self._output = output
        self._on_fault = on_fault
        self._list_cards = list_cards
        self._is_safe = False
        self._is_running = False
        self._next = 0
        self._deaths: deque[float] = deque(maxlen=DEATHS)
        self._pause = RestartPause()
        self._why: dict[int, str] = {}  # rank → why that card is not driven

    def next(self) -> WorkerChoice[EngineEvent]:
        """See `WorkerSource.next`."""
        return self._choose(replace(self._paths[self._next], is_safe=self._is_safe))

    def better(self) -> list[WorkerChoice[EngineEvent]]:
        """See `WorkerSource.better`."""
        path = self.in_use
        if path is None:
            return []
        return [self._choose(one) for one in self._paths if path.is_safe or one.rank < path.rank]

    def _choose(self, path: SoundPath) -> WorkerChoice[EngineEvent]:
        return WorkerChoice(
            path.spawn, partial(self._on_ready, path), partial(self._why.__setitem__, path.rank)
        )

    def _on_ready(self, path: SoundPath) -> None:
        former, self.in_use = self.in_use, path
        self._is_running, self._is_safe, self._next = True, path.is_safe, 0
        if not path.is_safe:
            self._on_fault("safe_mode", self._output, None)
        else:
            self._on_fault("safe_mode", self._output, f"by aplay on {path.config.device}")
        if former is not None and former.rank != path.rank:
            self._on_fault("sound_fallback", self._output, None)
        if path.rank:
            self._on_fault("sound_fallback", self._output, self._describe(path))

    def _describe(self, path: SoundPath) -> str:
        first = self._paths[0].config.device
        return f"{path.config.device} at {path.config.gain_db:g} dB; {first}: {self._why.get(0)}"

    async def wait_better(self) -> None:
        """See `WorkerSource.wait_better`."""
        path = self.in_use
        if path is not None and path.is_safe:
            await asyncio.sleep(ENGINE_AGAIN_S)
        elif path is not None and path.rank > 0:
            await self._wait_for_card(CARD_AGAIN_S)
        else:
            await asyncio.Event().wait()  # until cancelled: there is none better

    async def pause_after(self, reason: str) -> None:
        """See `WorkerSource.pause_after`."""
        was_running, self._is_running = self._is_running, False
        was_safe = self._is_safe
        self._count_death(reason)
        # an engine that dies before it is ready, three times, gives way to safe mode as well
        if not was_running and self._is_safe == was_safe:
            self._next += 1
            if self._next < len(self._paths):
                return
            self._is_safe = False  # none sounds that way; three more deaths come back to it
        self._next = 0
        await self._wait_for_card(self._pause.after_loss())

    def _count_death(self, reason: str) -> None:
        if self._is_safe or reason.startswith(DEVICE_CODES):
            return
        self._deaths.append(mono_s())
        if len(self._deaths) == DEATHS and self._deaths[-1] - self._deaths[0] <= WITHIN_S:
            self._deaths.clear()
            self._is_safe, self._next = True, 0

    async def _wait_for_card(self, limit_s: float) -> None:
        """Wait for the limit, or until the kernel sees other cards than now."""
        if not limit_s:
            return
        before = await asyncio.to_thread(self._list_cards)
        end_s = mono_s() + limit_s
        while (left_s := end_s - mono_s()) > 0:
            await asyncio.sleep(min(WATCH_S, left_s))
            if await asyncio.to_thread(self._list_cards) != before:
                self._pause.forget()  # udev gives the rights a moment after the card has come
                return
