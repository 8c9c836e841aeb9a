"""Verdicts that find no connection go out with the next one, in their order, and only once."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from agent.contract.ids import StationId
from agent.contract.report import Result
from agent.errors import LinkError
from agent.evidence.device_key import DeviceKey
from agent.telemetry.uplink import MAX_UNSENT, Uplink


class FakeLine:
    """Takes what comes while it is up."""

    def __init__(self) -> None:
        self.is_up = False
        self.taken: list[str] = []

    async def publish(self, topic: str, payload: bytes) -> None:
        if not self.is_up:
            raise LinkError("E_OFFLINE", topic, "no connection to the broker")
        report = json.loads(base64.b64decode(json.loads(payload)["payload"]))
        self.taken.append(report["doc_id"])


@pytest.fixture
def line() -> FakeLine:
    return FakeLine()


@pytest.fixture
def uplink(line: FakeLine) -> Uplink:
    key = DeviceKey(generate_private_key(SECP256R1()), "k")
    one = Uplink(StationId("tv-cl-0007"), key)
    one.set_connection(line)
    return one


def result(doc_id: str) -> Result:
    return Result(doc_id, "accepted", None, "")


async def test_a_verdict_without_a_connection_is_sent_at_the_next_one(
    line: FakeLine, uplink: Uplink
) -> None:
    for doc_id in ("a", "b"):
        await uplink.send_result(result(doc_id))
    await uplink.send_unsent()
    assert line.taken == []
    line.is_up = True
    await uplink.send_unsent()
    await uplink.send_result(result("c"))
    await uplink.send_unsent()
    assert line.taken == ["a", "b", "c"]


async def test_what_waits_is_bounded_and_the_newest_is_kept(line: FakeLine, uplink: Uplink) -> None:
    for number in range(MAX_UNSENT + 5):
        await uplink.send_result(result(str(number)))
    line.is_up = True
    await uplink.send_unsent()
    assert line.taken == [str(number) for number in range(5, MAX_UNSENT + 5)]
