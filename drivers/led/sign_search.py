"""Asks a network for signs, for `tramtin doctor`: a datagram, which disturbs no session."""

from __future__ import annotations

import contextlib
import select
import socket
import time
from collections.abc import Sequence

from drivers.codec import huidu
from drivers.frame_sink import PortReport
from drivers.profile.model import HuiduSpec

EVERYBODY = "255.255.255.255"
WAIT_S = 1.0


def report_huidu(
    path: str, spec: HuiduSpec, others: Sequence[str] = (EVERYBODY,), wait_s: float = WAIT_S
) -> PortReport:
    """Does a card answer at this address? Else the addresses at which some do.

    Args:
        path: `192.168.0.50`, or `192.168.0.50:10001`.
        spec: has the version that is asked with.
        others: whom to ask besides.
        wait_s: time for answers.
    """
    host, _, port = path.partition(":")
    udp_port = int(port or huidu.UDP_PORT)
    try:
        found = _search(huidu.build_search(spec.tcp_version), [host, *others], udp_port, wait_s)
        at = socket.gethostbyname(host)
    except OSError as error:
        return PortReport(path, "", f"E_NO_HOST: {path}: {error}")
    if at in found:
        return PortReport(path, found[at])
    elsewhere = ", ".join(f"{card} at {address}" for address, card in sorted(found.items()))
    detail = f"; there is {elsewhere}" if elsewhere else ""
    return PortReport(path, "", f"E_NO_HOST: no card answers at {path}{detail}")


def _search(asked: bytes, hosts: Sequence[str], udp_port: int, wait_s: float) -> dict[str, str]:
    """The id of each card by its address."""
    found: dict[str, str] = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        line.sendto(asked, (hosts[0], udp_port))
        for host in hosts[1:]:
            # without a default route the kernel knows no way to everybody
            with contextlib.suppress(OSError):
                line.sendto(asked, (host, udp_port))
        until_mono_s = time.monotonic() + wait_s
        while hosts[0] not in found and (left_s := until_mono_s - time.monotonic()) > 0:
            if select.select([line], [], [], left_s)[0]:
                datagram, sender = line.recvfrom(64)
                card = huidu.parse_search_answer(datagram)
                if card is not None:
                    found[sender[0]] = card
    return found
