"""A box whose issuers have used up their shares, and what an earlier release let in beside them."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner

from agent.contract.accepted import Accepted, FloorUpdate
from agent.contract.issuer_budget import OF_ISSUER
from agent.store import documents
from agent.store.database import Store
from agent.trust.payload import decode_payload
from central.documents.sign import sign_document
from central.testbed.testbed import until
from tests.harness.melody import make_melody
from tests.harness.memory_group import memory_group
from tests.harness.station_harness import StationTestbed, soon

COMMUNE, OTHERS = "vn.84.29266", ("vn.84.29266.doan", "vn.84.29266.phu-nu")
RSS_MIB = 200.0  # of the agent; without budgets it was over 700 and was killed at each start


def add_roles(site: StationTestbed) -> dict[str, CryptoSigner]:
    """Two more issuers of playlists; the station trusts a pinned root that names them."""
    root = json.loads(site.testbed.authority.pinned.read_text())
    signers = {COMMUNE: site.testbed.authority.signers(COMMUNE)[0]}
    model = next(role for role in root["roles"] if role["name"] == COMMUNE)
    for name in OTHERS:
        signers[name] = signer = CryptoSigner(Ed25519PrivateKey.generate())
        keyid = signer.public_key.keyid
        keys = {keyid: signer.public_key.to_dict()}
        root["roles"].append({**model, "name": name, "keys": keys, "holders": {keyid: name}})
    path = site.folder / "pinned.json"
    path.write_text(json.dumps(root))
    settings = site.folder / site.name / "station.yaml"
    text = settings.read_text()
    settings.write_text(text.replace(str(site.testbed.authority.root), str(path)))
    return signers


def make_dense(issuer: str, number: int, starts: int, length: int) -> bytes:
    """A playlist with so many starts a day, as long as a number of bytes allows, in odd zones."""
    now = datetime.now(UTC).replace(microsecond=0)

    def utc(at: datetime) -> str:
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")

    document: dict[str, Any] = {
        "kind": "playlist", "issuer": issuer, "class": "routine", "to": ["84/29266/*"],
        "doc_id": hashlib.md5(f"{issuer} {number}".encode()).hexdigest(),  # noqa: S324 - a name
        "slot": f"day-{number}", "epoch": 1, "seq": 1, "issued": utc(now), "not_before": utc(now),
        "expires": utc(now + timedelta(days=30)), "editor": "", "approver": "", "media": [],
        "entries": [],
    }  # fmt: skip
    zones = [f"{zone:x}" for zone in range(64)]
    per_entry = -(-starts * 560 // (length - 12 * starts))
    for first in range(0, starts, per_entry):
        seconds = [
            (number * 7 + at * 11) % 57_600 + 18_000 for at in range(first, first + per_entry)
        ]
        clock = [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in dict.fromkeys(seconds)]
        entry = {
            "id": f"e{first}", "title": "t", "lang": "vi", "zones": zones,
            "when": {"at": clock[: starts - first], "weekdays": [1, 2, 3, 4, 5, 6, 7],
                     "from": "2020-01-01", "until": "2099-12-31"},
            "start": {"kind": "at"}, "max_ms": 5000, "body": {"text": {"show": "a"}},
        }  # fmt: skip
        document["entries"].append(entry)
    return json.dumps(document, separators=(",", ":")).encode()


def seal(payload: bytes, signer: CryptoSigner) -> Accepted:
    """As if it had been accepted."""
    envelope = sign_document(payload, "playlist", [signer])
    document = decode_payload("playlist", payload)
    sha256 = hashlib.sha256(payload).hexdigest()
    floor = FloorUpdate(
        document.issuer, "playlist", document.slot, document.epoch, document.seq, sha256
    )
    fields: dict[str, Any] = {"duplicate": False, "signers": (), "standing": 1, "place": None}
    return Accepted(
        document=document, payload=payload, envelope=envelope, sha256=sha256, floor=floor, **fields
    )


def fill(state: Path, signers: dict[str, CryptoSigner]) -> int:
    """Up to the box's limit, and twenty dense schedules of an earlier release; how many fit."""
    dense = [make_dense(COMMUNE, 100 + number, 20_000, 250_000) for number in range(20)]
    each = OF_ISSUER["playlist"].starts // 4
    fitting = [
        make_dense(issuer, number, each if issuer != OTHERS[1] else each // 2, 245_000)
        for issuer in signers
        for number in range(3 if issuer == COMMUNE else 4)
    ]
    by_issuer = [json.loads(payload)["issuer"] for payload in fitting]
    store = Store.open(state)
    at = datetime.now(UTC) - timedelta(hours=1)
    for payload, issuer in zip([*dense, *fitting], [COMMUNE] * 20 + by_issuer, strict=True):
        at += timedelta(seconds=1)
        one = seal(payload, signers[issuer])
        store.do(lambda connection, one=one, at=at: documents.commit(connection, one, at))
    store.close()
    return len(fitting)


async def test_attack_105_a_full_box_starts_connects_and_plays_in_the_units_memory(
    site: StationTestbed,
) -> None:
    signers = add_roles(site)
    make_melody(site.studio / "nhac.opus", 3_000)
    await site.start()
    line = "title: Ca nhạc, play: [nhac.opus]"
    await site.stock(line)
    await site.station.stop()
    count = await asyncio.to_thread(fill, site.folder / site.name / "state", signers)
    before = site.testbed.database.hello(site.name)
    with memory_group("full-box") as group:
        if group is not None:
            script = site.folder / "python"
            site.station._python = group.wrap(site.station._python, script)
        await site.station.start()
        await until(lambda: site.testbed.database.hello(site.name) != before, "a hello")
        hello = site.testbed.database.hello(site.name)
        assert hello is not None
        assert len(hello["holds"]) >= 20 + count

        def is_told() -> bool:
            health = site.testbed.database.health().get(site.name, {"issues": []})
            return any(one["kind"] == "documents_over_budget" for one in health["issues"])

        await until(is_told, "the issue at the centre")
        # The first one may come while a busy machine is still reading what the box has for today.
        planned = [soon(after_s) for after_s in (4, 10, 20, 40)]
        await site.publish(site.compile([(at, line) for at in planned]))

        def has_played() -> bool:
            return any(
                play["result"] == "full" and play["title"] == "Ca nhạc"
                for play in site.collected_plays()
            )

        await until(has_played, f"the play: {site.station.log_tail()}")
        rss_mib = psutil.Process(site.station.pid).memory_info().rss / (1 << 20)
        print(f"full box: {rss_mib:.0f} MiB, cgroup {group}")
        assert rss_mib < RSS_MIB
        assert group is None or group.killed() == 0
        await site.station.stop()


@pytest.mark.long
async def test_attack_105_a_full_box_begins_again_after_each_kill(site: StationTestbed) -> None:
    """No loop of starts that end for want of memory: each life is heard of."""
    signers = add_roles(site)
    await site.start()
    await site.station.stop()
    await asyncio.to_thread(fill, site.folder / site.name / "state", signers)
    with memory_group("full-box") as group:
        if group is not None:
            script = site.folder / "python"
            site.station._python = group.wrap(site.station._python, script)
        for life in range(10):
            before = site.testbed.database.hello(site.name)
            await site.station.start()
            await until(
                lambda before=before: site.testbed.database.hello(site.name) != before,
                f"the hello of life {life}",
            )
            await asyncio.sleep(random.uniform(0, 5))  # noqa: S311 - a moment of a kill
            rss_mib = psutil.Process(site.station.pid).memory_info().rss / (1 << 20)
            assert rss_mib < RSS_MIB
            await site.station.stop(signal.SIGKILL)
        assert group is None or group.killed() == 0
