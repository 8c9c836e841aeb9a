"""Kill -9 at random moments: document and floor agree, the chain is whole, nothing told is lost."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import sys
from pathlib import Path

from agent.clock import Clock
from agent.contract.ident import StationId
from agent.evidence.journal import Journal
from agent.store import documents
from agent.store.database import Store

ROUNDS = 10
WRITER = """
import asyncio, base64, hashlib, json, sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
import msgspec
from agent.clock import Clock
from agent.contract.document import Playlist
from agent.evidence.journal import Journal
from agent.store import documents
from agent.store.database import Store

def accepted(seq):
    payload = json.dumps({
        "kind": "playlist", "issuer": "vn.84", "class": "routine", "to": ["84/29266/*"],
        "doc_id": f"{seq:032x}", "slot": "tuan", "epoch": 1, "seq": seq,
        "issued": "2026-11-22T08:00:00Z", "not_before": "2026-11-22T08:00:00Z",
        "expires": "2027-01-01T00:00:00Z", "media": [], "entries": []}).encode()
    sha256 = hashlib.sha256(payload).hexdigest()
    envelope = json.dumps({"payloadType": "x", "signatures": [],
                           "payload": base64.b64encode(payload).decode()}).encode()
    floor = SimpleNamespace(issuer="vn.84", kind="playlist", slot="tuan", epoch=1, seq=seq,
                            sha256=sha256)
    return SimpleNamespace(document=msgspec.json.decode(payload, type=Playlist),
                           envelope=envelope, sha256=sha256, floor=floor, standing=1)

async def main():
    store = Store.open(Path(sys.argv[1]))
    floor = (await store.run(documents.load_floors)).get("vn.84", "playlist", "tuan")
    journal = Journal(store, "tv-cl-0007", Clock(), "c" * 32)
    await journal.open()
    seq = floor[1] if floor else 0
    while True:
        seq += 1
        await store.run(documents.commit, accepted(seq), datetime.now(UTC))
        await journal.append("fault", detail={"number": seq})
        print(seq, journal.last_seq, flush=True)

asyncio.run(main())
"""


async def kill_in_the_middle(folder: Path) -> tuple[int, int]:
    """Let the writer work for a random number of steps and then some; its last words."""
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, str(folder), stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout is not None
    steps = random.randrange(1, 30)  # noqa: S311 - when to strike
    for _ in range(steps):
        assert await writer.stdout.readline()
    await asyncio.sleep(random.random() * 0.01)  # noqa: S311 - as above
    writer.kill()
    rest = (await writer.stdout.read()).decode().splitlines(keepends=True)
    await writer.wait()
    whole = [line for line in rest if line.endswith("\n")]
    words = whole[-1].split() if whole else ["0", "0"]
    return int(words[0]), int(words[1])


async def test_attack_078_document_floor_and_journal_agree_after_every_kill(tmp_path: Path) -> None:
    for _ in range(ROUNDS):
        told_document, told_record = await kill_in_the_middle(tmp_path)
        store = await asyncio.to_thread(Store.open, tmp_path)
        assert store.moved_aside is None
        (held,) = await store.run(documents.held)
        floor = (await store.run(documents.load_floors)).get("vn.84", "playlist", "tuan")
        assert floor == (1, held.document.seq, held.sha256)
        assert held.document.seq >= told_document
        journal = Journal(store, StationId("tv-cl-0007"), Clock(), "d" * 32)
        before = bytes(32)
        rows = await journal.pending(0, 100_000)
        for seq, raw in enumerate(rows, start=1):
            record = json.loads(raw)
            assert (record["seq"], record["prev"]) == (seq, before.hex())
            before = hashlib.sha256(before + raw).digest()
        assert len(rows) >= told_record
        await asyncio.to_thread(store.close)
