"""What the loop is asked to watch of a socket that closes in the same moment."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import aiomqtt
import pytest

from agent.contract.ids import StationId
from agent.link.bounded_mqtt import BoundedClient
from central.collector import collector

Watched = tuple[aiomqtt.Client, socket.socket, list[dict[str, Any]]]


def agents_client() -> aiomqtt.Client:
    return BoundedClient(
        max_bytes=1000,
        on_refused=pytest.fail,
        hostname="127.0.0.1",
        identifier=StationId("tv-cl-0007"),
        protocol=aiomqtt.ProtocolVersion.V311,
    )


def collectors_client() -> aiomqtt.Client:
    return collector._Client("127.0.0.1")


@pytest.fixture(params=[agents_client, collectors_client])
async def watched(request: pytest.FixtureRequest) -> AsyncIterator[Watched]:
    """A client on one end of a pair of sockets, and the errors that the loop reports."""
    loop, contexts = asyncio.get_running_loop(), []
    loop.set_exception_handler(lambda _, context: contexts.append(context))
    client = request.param()
    ours, theirs = socket.socketpair()
    ours.settimeout(0)
    client._client._sock = ours
    with ours, theirs:
        yield client, ours, contexts


async def test_a_socket_that_closes_before_the_loop_registers_it_is_no_error(
    watched: Watched,
) -> None:
    client, ours, contexts = watched
    client._client._call_socket_register_write()
    ours.close()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert contexts == []


async def test_what_waits_is_written_when_the_socket_takes_it(watched: Watched) -> None:
    client, ours, contexts = watched
    loop, written = asyncio.get_running_loop(), asyncio.Event()
    client._client.loop_write = written.set  # type: ignore[assignment,method-assign] # only asked
    client._client._call_socket_register_write()
    async with asyncio.timeout(60):
        await written.wait()
    client._client._call_socket_unregister_write()
    assert not loop.remove_writer(ours.fileno())
    assert contexts == []


async def test_data_that_was_sent_meanwhile_registers_no_writer(watched: Watched) -> None:
    """Watched all the same, the socket would wake the loop again and again."""
    client, ours, _ = watched
    client._client._call_socket_register_write()
    client._client._call_socket_unregister_write()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not asyncio.get_running_loop().remove_writer(ours.fileno())
