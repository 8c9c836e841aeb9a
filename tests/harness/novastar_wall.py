"""A NovaStar card as the agent drives it, against the simulated card, without ports and time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

from drivers import registry
from drivers.board_control import novastar_link
from drivers.bus import shared_bus
from drivers.control_plane import BoardControl
from drivers.profile.load import load_profile
from drivers.profile.model import BoardProfile
from drivers.sim.sim_novastar import SimNovaStar

T = TypeVar("T")


class DirectPort:
    """A port whose other end is the simulated card; a missing answer is a time-out at once."""

    def __init__(self, card: SimNovaStar) -> None:
        self.heard = b""
        self._card = card
        self._is_open = True

    def is_open(self) -> bool:
        return self._is_open

    def send(self, frame: bytes) -> None:
        self.heard = self._card.answer(frame)

    async def wait_for(self, parse: Callable[[bytes], T | None]) -> T:
        found = parse(self.heard)
        if found is None:
            raise TimeoutError
        return found

    def close(self) -> None:
        self._is_open = False


@contextmanager
def wall_of(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    *receivers: int,
    mono: Callable[[], float] = lambda: 0.0,
    source: str | None = None,
) -> Iterator[tuple[SimNovaStar, BoardControl]]:
    """The simulated card of a profile, and the driver that is joined to it."""
    profile = load_profile(name)
    assert isinstance(profile, BoardProfile)
    card = SimNovaStar(profile, receivers or (1,), mono=mono)

    async def open_port(*_place: object) -> DirectPort:
        return DirectPort(card)

    monkeypatch.setattr(novastar_link, "open_serial", open_port)
    monkeypatch.setattr(novastar_link, "open_tcp_port", open_port)
    monkeypatch.setattr(shared_bus, "REST_S", 0.0)
    port = "tcp://192.0.2.7" if profile.transport == "tcp" else "/dev/serial/by-id/usb-card"
    try:
        yield (
            card,
            registry.load_board_control(
                name,
                name="the-phat",
                port=port,
                input=source,
                receivers=",".join(map(str, receivers or (1,))),
            ),
        )
    finally:
        registry.close()
