"""A simulated Huidu card on a thread, at a port of this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from drivers.sim.sim_huidu import SimHuidu
from drivers.sim.sim_huidu_port import CardLines

STEP_S = 0.02
SIGN = (64, 32)


class HuiduCard:
    """The card; `act` does something to it while no packet is served."""

    def __init__(self) -> None:
        self.card = SimHuidu(SIGN)
        self.lines = CardLines(self.card, ("127.0.0.1", 0))
        self.address = self.lines.address
        self._lock = threading.Lock()
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name="huidu card")
        self._thread.start()

    @property
    def path(self) -> str:
        """Its address as settings write it."""
        return f"{self.address[0]}:{self.address[1]}"

    def act(self, change: Callable[[SimHuidu], None]) -> None:
        with self._lock:
            change(self.card)

    def shown(self) -> bytes:
        with self._lock:
            return self.card.draw()

    def close(self) -> None:
        self._ends.set()
        self._thread.join()
        self.lines.close()

    def _run(self) -> None:
        while not self._ends.is_set():
            self.lines.wait(STEP_S)
            with self._lock:
                self.lines.step(0.0)


@pytest.fixture
def huidu_card() -> Iterator[HuiduCard]:
    card = HuiduCard()
    yield card
    card.close()
