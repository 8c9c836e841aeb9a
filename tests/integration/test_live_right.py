"""Whoever speaks live is told when the broker drops what they say, before they speak."""

from __future__ import annotations

from pathlib import Path

import pytest

from central.live.live_line import LiveBroker, load_tls
from central.live.write_right import NO_STREAM, is_write_refused
from central.testbed.broker import MosquittoBroker, find_free_port
from central.testbed.certificates import make_demo_ca

TOPIC = f"tramtin/1/g/xa-29266/live/{NO_STREAM}"
RIGHTS = "topic write tramtin/1/g/+/live/+\n"


@pytest.mark.parametrize(("rights", "refused"), [("", True), (RIGHTS, False)])
async def test_a_broker_that_drops_a_voice_says_so(
    tmp_path: Path, rights: str, *, refused: bool
) -> None:
    ca = make_demo_ca(tmp_path / "ca")
    broker = MosquittoBroker(tmp_path / "broker", ca.ca, ca.issue_server("localhost"))
    (tmp_path / "broker" / "acl").write_text(f"user live\n{rights}")
    identity = ca.issue_live()
    await broker.start()
    try:
        live = LiveBroker("localhost", broker.port, ca.ca, identity.cert, identity.key)
        assert await is_write_refused(live, load_tls(live), TOPIC) is refused
    finally:
        await broker.stop()


async def test_a_broker_that_is_not_there_refuses_nothing(tmp_path: Path) -> None:
    ca = make_demo_ca(tmp_path / "ca")
    identity = ca.issue_live()
    live = LiveBroker("localhost", find_free_port(), ca.ca, identity.cert, identity.key)
    assert not await is_write_refused(live, load_tls(live), TOPIC)
