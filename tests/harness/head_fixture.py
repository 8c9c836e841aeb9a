"""A box under an authority that delegates heads, and what its centre would sign."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner

from agent.contract.ids import StationId
from agent.health.check import CheckFinding
from agent.health.check_memory import CheckMemory
from agent.health.checks.head import HeadCheck
from agent.trust.authority import PinnedAuthority, load_pinned
from agent.trust.head import find_missing, select_heads
from tests.harness.headless_station import HeadlessStation
from tests.harness.signed_documents import (
    AT,
    PROVINCE,
    ROOT,
    make_header,
    make_role,
    seal,
    station_config,
    utc_text,
)

STATION = StationId("tv-cl-0007")
HEAD = CryptoSigner(Ed25519PrivateKey.generate())
HOUR = timedelta(hours=1)
WEEK = {"expires": utc_text(AT + timedelta(days=7))}
KEY = "vn.84.29266/playlist/tuan"


def with_head_role(signer: CryptoSigner = HEAD) -> PinnedAuthority:
    """The roles of the verdict's tests, and one for heads with this key."""
    root = copy.deepcopy(ROOT)
    root["roles"].append(make_role("vn.head", ["head"], ["config/*/*/*"], signer))
    return load_pinned(json.dumps(root).encode())


def entry_of(document: dict[str, Any]) -> tuple[int, int, str]:
    """How a head lists a document."""
    sha256 = hashlib.sha256(json.dumps(document).encode()).hexdigest()
    return document["epoch"], document["seq"], sha256


def head(seq: int, slots: dict[str, Any], *, signer: CryptoSigner = HEAD, **changes: Any) -> bytes:
    """A signed head for the station."""
    header = make_header("head", "vn.head", "config")
    document = {
        **header, "to": ["*/*/tv-cl-0007"], "slot": "head", "seq": seq, "slots": slots,
        "revoked": [], **changes,
    }  # fmt: skip
    return seal(document, signer)


async def give_place(box: HeadlessStation) -> None:
    """The config comes again, as it does with every hello of a box that holds nothing."""
    await box.receive(seal(station_config(**WEEK), PROVINCE), "station-config")


class Look:
    """The freeze check of a box, as its checkup wires it."""

    def __init__(self, box: HeadlessStation) -> None:
        def heads() -> Any:
            return select_heads(one.document for one in box.held)

        memory = CheckMemory(box.store)
        self.check = HeadCheck(
            memory, box.clock.now, heads, lambda: find_missing(heads(), box.floors)
        )

    async def __call__(self) -> list[CheckFinding]:
        return await self.check.check()


@pytest_asyncio.fixture
async def box(tmp_path: Path) -> AsyncIterator[HeadlessStation]:
    """A box in its place, its clock right, under an authority that delegates heads."""
    started = await HeadlessStation(tmp_path, STATION, with_head_role(), AT + HOUR).start()
    await give_place(started)
    yield started
    await started.stop()
