"""The ports of a simulated NovaStar card: TCP as its Ethernet models, or a pty, and discovery."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import cast

from drivers.profile.endpoint import TcpEndpoint, parse_endpoint
from drivers.profile.load import load_profile
from drivers.profile.model import BoardProfile
from drivers.sim.sim_novastar import SimNovaStar
from drivers.sim.sim_serial_bus import SimSerialBus

RECEIVERS = (4, 4)  # at the outputs of the card that the command line makes
ASKED, ANSWERED = b"rqProMI:", b"rpProMI:"


class SimNovaStarServer:
    """The card on TCP; `close` cuts its cable.

    Args:
        card: the card.
        host: its address.
        tcp_port: 0 for any free one.
    """

    def __init__(self, card: SimNovaStar, host: str = "127.0.0.1", tcp_port: int = 0) -> None:
        self.card = card
        self._host = host
        self._tcp_port = tcp_port
        self._server: asyncio.Server | None = None
        self._served: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    @property
    def port(self) -> str:
        """The setting `port`."""
        return f"tcp://{self._host}:{self._tcp_port}"

    async def open(self) -> None:
        """Listen; at the same port again after `close`."""
        self._server = await asyncio.start_server(self._serve, self._host, self._tcp_port)
        self._tcp_port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Close the port and all connections."""
        if self._server is None:
            return
        self._server.close()
        await self._server.wait_closed()
        for writer in self._served.values():
            writer.close()
        if self._served:
            await asyncio.wait(list(self._served))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            raise AssertionError("unreachable: streams are served in tasks")
        self._served[task] = writer
        try:
            while data := await reader.read(1024):
                writer.write(self.card.answer(data))
        except OSError:
            pass  # the other end is gone
        finally:
            del self._served[task]
            writer.close()


class SimDiscovery(asyncio.DatagramProtocol):
    """Answers who asks which cards are here."""

    def __init__(self) -> None:
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.DatagramProtocol`."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """See `asyncio.DatagramProtocol`."""
        if data.startswith(ASKED) and self._transport is not None:
            self._transport.sendto(ANSWERED + b"MCTRL", addr)


async def run(name: str, port: str, state: Path | None) -> None:
    """Simulate the card at that port until cancelled.

    Raises:
        ValueError: the profile is no control plane, or no such port can be made.
    """
    profile = load_profile(name)
    if not isinstance(profile, BoardProfile) or profile.control is None:
        raise ValueError(f"{name} is no control plane")
    card = SimNovaStar(profile, RECEIVERS[: profile.control.outputs], state=state)
    endpoint = parse_endpoint(port)
    async with contextlib.AsyncExitStack() as stack:
        if isinstance(endpoint, TcpEndpoint):
            server = SimNovaStarServer(card, endpoint.host, endpoint.port)
            await server.open()
            stack.push_async_callback(server.close)
        else:
            line = SimSerialBus(Path(endpoint.path), [card])
            await line.plug()
            stack.push_async_callback(line.unplug)
        print(f"{profile.vendor} {profile.model} at {port}; Ctrl-C ends it")
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        _name, _port, *_state = sys.argv[1:]
        asyncio.run(run(_name, _port, Path(_state[0]) if _state else None))
