"""Which NovaStar cards are on a network: UDP 3800, asked by broadcast and multicast.

Source: sarakusha/novastar, packages/net/src/net.ts: `rqProMI:` is asked, `rpProMI:` begins a reply.
Only `tramtin doctor` asks, at a technician's request.
"""

from __future__ import annotations

import asyncio
import socket

UDP_PORT = 3800
ASKED, ANSWERED = b"rqProMI:", b"rpProMI:"
EVERYBODY = "255.255.255.255"
GROUP = "224.224.125.119"


class _Replies(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.hosts: set[str] = set()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """See `asyncio.DatagramProtocol`."""
        if data.startswith(ANSWERED):
            self.hosts.add(addr[0])


async def find_cards(
    wait_s: float = 1.0, host: str = EVERYBODY, udp_port: int = UDP_PORT
) -> list[str]:
    """The addresses that answer, sorted.

    Args:
        wait_s: time for answers.
        host: whom to ask.
        udp_port: where.

    Raises:
        OSError: there is no network to ask on.
    """
    loop = asyncio.get_running_loop()
    transport, replies = await loop.create_datagram_endpoint(
        _Replies, family=socket.AF_INET, allow_broadcast=True
    )
    try:
        for asked in (host, GROUP) if host == EVERYBODY else (host,):
            transport.sendto(ASKED, (asked, udp_port))
        await asyncio.sleep(wait_s)
    finally:
        transport.close()
    return sorted(replies.hosts)
