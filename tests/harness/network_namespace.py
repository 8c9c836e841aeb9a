"""A network of its own for a test: two interfaces joined by a cable that nobody else sees."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

CLONE_NEWNET = 0x40000000
T = TypeVar("T")


class Cable:
    """Two interfaces, `near` and `far`, in the namespace of one thread; `run` runs code there."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="namespace")
        self._thread.submit(_leave).result()
        self.run(self.plug)

    def run(self, code: Callable[[], T]) -> T:
        """Run code whose sockets belong to the namespace."""
        return self._thread.submit(code).result()

    def plug(self) -> None:
        """Make both interfaces."""
        _ip("link", "add", "name", "near", "type", "veth", "peer", "name", "far")
        for name in ("near", "far"):
            # no neighbour discovery between the frames
            _ip("link", "set", name, "addrgenmode", "none", "up")

    def pull_adapter(self) -> None:
        """Both interfaces are gone."""
        _ip("link", "del", "near")

    def set_carrier(self, *, is_on: bool) -> None:
        """The other side is switched on or off."""
        _ip("link", "set", "far", "up" if is_on else "down")

    def close(self) -> None:
        """The namespace ends with its thread and its sockets."""
        self._thread.shutdown()


def _leave() -> None:
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, timeout=20)


@pytest.fixture
def cable() -> Iterator[Cable]:
    try:
        made = Cable()
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"needs root and veth, for a network namespace of its own: {error}")
    yield made
    made.close()
