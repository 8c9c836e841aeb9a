"""The doctor's look at the page's address: free, taken, of another box, or silent."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest

from agent.doctor.probes.page import call_page, examine_page, try_port


@pytest.fixture
def taken() -> Iterator[str]:
    """An address on which something listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def free() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


def code(reached: int) -> str:
    return examine_page("the address", reached, "").code


def test_before_the_agent_runs_the_port_is_to_be_free_and_afterwards_to_answer(
    taken: str, free: str
) -> None:
    assert code(try_port(free)) == "page_good"
    assert code(try_port(taken)) == "page_taken"
    assert code(call_page(taken)) == "page_good"
    assert code(call_page(free)) == "page_mute"


@pytest.mark.parametrize("reach", [try_port, call_page])
@pytest.mark.parametrize("listen", ["192.0.2.1:8080", "[2001:db8::1]:8080"])  # RFC 5737, RFC 3849
def test_an_address_of_another_box_is_told_with_those_of_this_one(
    listen: str, reach: Callable[[str], int]
) -> None:
    finding = examine_page(listen, reach(listen), "10.0.0.9")
    assert (finding.state, finding.code) == ("warning", "page_elsewhere")
    assert finding.args == (listen, "10.0.0.9")
