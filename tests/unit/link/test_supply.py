"""Media are fetched with patience, and what is no longer named is let go of, and said so."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from agent.contract.document import Medium, Playlist
from agent.contract.ident import Digest
from agent.errors import AgentError, LinkError
from agent.link import supply
from agent.link.supply import Supply

DIGEST = Digest("ab" * 32)


@dataclass
class FakeNet:
    """Refuses until the document is withdrawn; keeps what it was told."""

    named: bool = True
    tries: int = 0
    told: list[str] = field(default_factory=list)
    unwanted: asyncio.Event = field(default_factory=asyncio.Event)

    async def fetch(self, medium: Medium) -> None:
        self.tries += 1
        if self.tries == 2:
            self.named = False
        raise LinkError("E_FETCH", medium.sha256, "404")

    def on_failure(self, digest: Digest, _error: AgentError) -> None:
        self.told.append(f"missing {digest[:4]}")

    def on_unwanted(self, digest: Digest) -> None:
        self.told.append(f"unwanted {digest[:4]}")
        self.unwanted.set()


def playlist() -> Playlist:
    return Playlist(
        kind="playlist",
        issuer="vn.84.29266",
        class_="routine",
        to=["84/29266/*"],
        doc_id="34" * 16,
        slot="tuan",
        epoch=1,
        seq=1,
        issued="2026-11-24T00:00:00Z",
        not_before="2026-11-24T00:00:00Z",
        expires="2026-12-24T00:00:00Z",
        media=[Medium(DIGEST, 1000, "audio/mpeg", 8000, [])],
        entries=[],
    )


async def test_a_medium_that_is_no_longer_named_is_no_longer_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supply, "RETRY_S", (0.0,))
    net = FakeNet()
    keeper = Supply(
        net,
        net,
        has=lambda _digest: False,
        is_wanted=lambda _digest: net.named,
        on_arrival=lambda digest: net.told.append(f"here {digest[:4]}"),
        on_failure=net.on_failure,
        on_unwanted=net.on_unwanted,
    )
    run = asyncio.create_task(keeper.run(), name="supply")
    keeper.want([playlist()])
    async with asyncio.timeout(20):
        await net.unwanted.wait()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert net.told == ["missing abab", "missing abab", "unwanted abab"]
