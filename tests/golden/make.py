"""Write what a release makes: documents of every kind, a tree, a box's and a centre's database.

    python -m tests.golden.make 0.1.0

It is run once, for a release, by the release itself; `tests/contract/test_golden.py` holds every
later one to it. The keys are thrown away: nobody can make these files anew.
"""

from __future__ import annotations

import asyncio
import copy
import hashlib
import json
import shutil
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from securesystemslib.signer import CryptoSigner

from agent.contract.document import TYPE_OF_KIND
from agent.contract.report import LogBatch
from agent.store.database import FILE, Store
from central.authority import authority_store
from central.collector.heads import withhold
from central.collector.journal_ingest import commit_batch
from central.collector.report_store import note_fault, note_result
from central.documents.sign import mark_critical, sign_document
from central.store.database import Database
from central.store.records import list_plays, read_records
from tests.fakes.fake_publisher import FakePublisher
from tests.harness import signed_documents as samples
from tests.harness.agent_start import Started, start
from tests.harness.centre_records import place_station, say_hello
from tests.harness.full_state import STATION, fill
from tests.harness.journal_chain import EPOCH, chain

FOLDER = Path(__file__).resolve().parent
NONCE = "0123456789abcdef"
DIGEST = "ab" * 32


def sample_documents() -> list[tuple[str, dict[str, Any], list[CryptoSigner]]]:
    """Name, document and signers: one of each kind, and what the release added last."""
    header = samples.make_header
    entry = samples.playlist()["entries"][0]
    described = {
        **entry, "essential": True, "field": 3, "source": "UBND xã", "ref": "12/TB-UBND",
        "advert": True,
    }  # fmt: skip
    scene = {
        "elements": [
            {"kind": "text", "box": [0, 0, 700, 1000], "text": "Nước sạch", "lang": "vi"},
            {"kind": "qr", "box": [700, 100, 300, 800], "text": "https://gopy.example.vn/{station}"},
        ],
        "ms": 60_000,
    }  # fmt: skip
    shown = {**entry, "id": "e2", "body": {"scene": scene}}
    week = {"expires": samples.utc_text(samples.AT + timedelta(days=30))}
    alarm = samples.emergency(trigger="key", slot="key-lu", doc_id="5c" * 16, event_id="e1" * 16)
    command = {**header("command", "vn.84", "command"), "do": "volume", "args": {"gain_db": -6}}
    tomorrow = samples.AT + timedelta(days=1)
    mute = {
        **header("command", "vn.84", "command"), "slot": "mute.nga-ba", "crit": ["do=mute"],
        "do": "mute", "args": {"zones": ["nga-ba"], "until": samples.utc_text(tomorrow)},
    }  # fmt: skip
    grant = {
        **header("stream-grant", "vn.84.29266", "routine", hours=0.1), "stream_id": "56" * 16,
        "stream_key": "32" * 32, "first_seq": 0, "codec": "opus", "max_segment_bytes": 65_536,
        "hosts": ["live.example.vn"],
    }  # fmt: skip
    ack = {
        **header("ack", "vn.receipt", "config"), "to": ["*/*/tv-cl-0007"],
        "journal": "6f3a9c01d2e4b587", "upto": 1042, "hash": DIGEST, "window": 4,
    }  # fmt: skip
    head = {
        **header("head", "vn.head", "config"), "to": ["*/*/tv-cl-0007"],
        "slots": {"vn.84.29266/playlist/tuan": [1, 42, DIGEST]}, "revoked": ["ab" * 16],
        "nonce": NONCE, "emergencies": [DIGEST],
    }  # fmt: skip
    commune, province, pair = [samples.COMMUNE], [samples.PROVINCE], [samples.FIRST, samples.SECOND]
    return [
        ("playlist", samples.playlist(entries=[entry, shown], **week), commune),
        ("playlist-described", samples.playlist(entries=[described], slot="ta"), commune),
        ("emergency", samples.emergency(), pair),
        ("emergency-key", alarm | week, pair),
        ("cancel", samples.cancel(), commune),
        ("silence", samples.silence(), province),
        ("station-config", samples.station_config(), province),
        ("command", command, province),
        ("command-mute", mute, province),
        ("head", head, [samples.STRANGER]),
        ("time", samples.time_reply(), [samples.TIME]),
        ("ack", ack, [samples.RECEIPT]),
        ("stream-grant", grant, commune),
    ]


def make_documents(folder: Path) -> dict[str, Any]:
    """The envelopes as the centre writes them, and the pinned root that judges them."""
    folder.mkdir()
    root = copy.deepcopy(samples.ROOT)
    root["roles"].append(samples.make_role("vn.head", ["head"], ["config/*/*/*"], samples.STRANGER))
    root["roles"][0]["kinds"].append("stream-grant")
    (folder.parent / "root.json").write_text(json.dumps(root, ensure_ascii=False, indent=1))
    told = {}
    for name, fields, signers in sample_documents():
        document = msgspec.convert(fields, TYPE_OF_KIND[fields["kind"]])
        payload = msgspec.json.encode(mark_critical(document))
        (folder / f"{name}.json").write_bytes(sign_document(payload, fields["kind"], signers))
        told[name] = {"kind": fields["kind"], "sha256": hashlib.sha256(payload).hexdigest()}
    return told


def make_tree(folder: Path) -> dict[str, Any]:
    """The files of a tree of provinces and communes, by role."""
    (folder / "roles").mkdir(parents=True)
    publisher = FakePublisher()
    publisher.delegation("vn.84.29266").update(
        {"x-hours": ["04:00-22:00"], "x-prio-max": "routine"}
    )
    files = publisher.publish()
    for name in ("root", "timestamp", "snapshot", "targets"):
        (folder / f"{name}.json").write_bytes(getattr(files, name))
    for name, raw in files.roles.items():
        (folder / "roles" / f"{name}.json").write_bytes(raw)
    return {"roles": sorted(publisher.keys.keys() - {"root", "timestamp", "snapshot", "targets"})}


async def make_state(path: Path) -> dict[str, Any]:
    """The memory of a box after some weeks, and what a start reads of it."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        await fill(folder)
        await asyncio.to_thread(shutil.copy, folder / FILE, path)
        store = await asyncio.to_thread(Store.open, folder)
        started = await start(folder, store)
        await asyncio.to_thread(store.close)
    return describe_start(started)


def describe_start(started: Started) -> dict[str, Any]:
    """What must be the same whoever starts from that memory."""
    return {
        "documents": sorted(map(list, started.documents)),
        "floors": sorted([*slot, *floor] for slot, floor in started.floors.items()),
        "session": started.session,
        "is_new": started.is_new,
        "epoch": started.epoch,
        "place": str(started.words["place"]),
        "silence": started.words["silence"],
        "told": started.told,
    }


def make_centre(path: Path) -> dict[str, Any]:
    """A centre's database with something in each table."""
    database = Database.open(path)
    place_station(database, STATION)
    say_hello(database, STATION, "audio", "board")
    commit_batch(database, STATION, LogBatch(EPOCH, chain(3)[0]))
    commit_batch(database, "tv-cl-0021", LogBatch(EPOCH, play_batch("tv-cl-0021")))
    note_result(database, STATION, {
        "kind": "playlist", "result": "accepted", "code": None, "doc_id": "ab" * 16,
        "sha256": DIGEST, "detail": "",
    })  # fmt: skip
    note_fault(database, STATION, EPOCH, 2, "E_CHAIN", "a hole")
    withhold(database, "ab" * 16, "thử")
    authority_store.put(database, FakePublisher().wire)
    database.close()
    reopened = Database.open(path)
    told = describe_centre(reopened)
    reopened.close()
    return told


def play_batch(station: str) -> list[str]:
    """One record of a play, as a box sends it."""
    (text,), _ = chain(1, station)
    record = json.loads(text)
    play = {
        "output": "loa", "medium": "sound", "zones": ["nga-ba"], "doc_id": "ab" * 16,
        "doc_sha256": DIGEST, "entry": "e1", "title": "Bản tin sáng", "issuer": "vn.84.29266",
        "editor": "Lê Văn Tám", "approver": "", "class": "routine", "level": "scheduled",
        "lang": "vi", "media": [DIGEST], "planned_start": "2026-11-22T22:00:00.000Z",
        "planned_end": "2026-11-22T22:05:00.000Z", "start": "2026-11-22T22:00:00.016Z",
        "end": "2026-11-22T22:05:00.020Z", "duration_ms": 300_004, "result": "full",
        "reason": None, "proof": "A2", "gain_db": -6.0, "underruns": 0, "field": 3,
        "source": "UBND xã", "advert": True,
    }  # fmt: skip
    del record["detail"]
    return [json.dumps({**record, "kind": "play", "play": play})]


def describe_centre(database: Database) -> dict[str, Any]:
    """What must be the same whoever opens that database."""
    from central.collector.journal_ingest import cursor_of
    from central.reports.play_totals import total_plays

    hello = database.hello(STATION)
    cursors = [cursor_of(database, one, EPOCH) for one in (STATION, "tv-cl-0021")]
    return {
        "hello": hello,
        "records": [hashlib.sha256(raw).hexdigest() for raw in read_records(database, STATION)],
        "cursors": [[one.upto, one.hash] for one in cursors],
        "plays": [{name: play[name] for name in ("title", "field", "advert", "result")}
                  for play in list_plays(database)],
        "totals": len(total_plays(database)),
        "accepted_playlist": database.has_accepted(STATION, "playlist"),
        "authority": sorted(authority_store.present(database)),
    }  # fmt: skip


def main(release: str) -> None:
    """Write the folder of a release; it must not be there.

    Raises:
        FileExistsError: it is there: what a release has made is never made again.
    """
    folder = FOLDER / release
    folder.mkdir()
    expected = {
        "documents": make_documents(folder / "documents"),
        "tree": make_tree(folder / "tree"),
        "state": asyncio.run(make_state(folder / "state.db")),
        "centre": make_centre(folder / "central.db"),
    }
    text = json.dumps(expected, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "expected.json").write_text(text + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
