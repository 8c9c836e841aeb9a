"""Can a phone reach the status page: is the address of `page.listen` one of this box?"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncGenerator, Callable

from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding, good, unseen, warning
from agent.doctor.run_program import run_program

AT_HOME = "127.0.0.1:8080"  # where the page is when the settings name no address
LIMIT_S = 3.0


async def check(case: DoctorContext) -> AsyncGenerator[ProbeFinding, None]:
    """The address that a technician types into the phone."""
    if case.settings is None:
        yield unseen("needs_settings")
    elif case.settings.page is None:
        yield unseen("page_none", str(case.file))
    else:
        listen = case.settings.page.listen or AT_HOME
        reach = call_page if case.is_running else try_port
        reached = await asyncio.to_thread(reach, listen)
        own = await _own_addresses() if reached == errno.EADDRNOTAVAIL else ""
        yield examine_page(listen, reached, own)


def try_port(listen: str) -> int:
    """Take the port for a moment: 0, or the errno. For a box whose agent does not run."""
    return _reach(listen, lambda place, address: place.bind(address))


def call_page(listen: str) -> int:
    """Call the page of a running agent from the address itself: 0, or the errno."""

    def call(place: socket.socket, address: tuple[str, int]) -> None:
        place.bind((address[0], 0))  # an address of another box must not be called there
        place.settimeout(LIMIT_S)
        place.connect(address)

    return _reach(listen, call)


def _reach(listen: str, how: Callable[[socket.socket, tuple[str, int]], None]) -> int:
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as place:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            how(place, (host, int(port)))
        except OSError as error:
            return error.errno or errno.ETIMEDOUT
    return 0


def examine_page(listen: str, reached: int, own: str) -> ProbeFinding:
    """What the errno means to a technician; the page is no reason to be silent, so no fault."""
    match reached:
        case 0:
            return good("page_good", f"http://{listen}")
        case errno.EADDRNOTAVAIL:
            return warning("page_elsewhere", listen, own or "?")
        case errno.EADDRINUSE:
            return warning("page_taken", listen)
        case _:
            return warning("page_mute", listen, errno.errorcode.get(reached, str(reached)))


async def _own_addresses() -> str:
    """This box's addresses, as `hostname -I` prints them."""
    answer = await run_program("hostname", "-I", limit_s=LIMIT_S)
    return ", ".join(answer.out.split()) if answer is not None else ""
