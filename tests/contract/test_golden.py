"""What every release has made is accepted by this one: documents, tree, both databases."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from agent.contract.topic import Topic
from agent.store.database import FILE, Store
from agent.trust.authority import load_pinned
from agent.trust.tree import TreeFiles, describe_unknown, load_tree
from agent.trust.verify import reverify, verify
from central.store.database import Database
from tests.golden.make import NONCE, describe_centre, describe_start
from tests.harness.agent_start import start
from tests.harness.signed_documents import PLACE, STATION, SYNCED, FakeFloors

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
RELEASES = sorted(path.parent for path in GOLDEN.glob("*/expected.json"))
DOCUMENTS = sorted(path for release in RELEASES for path in release.glob("documents/*.json"))


def expected(release: Path) -> Any:
    return json.loads((release / "expected.json").read_text(encoding="utf-8"))


def test_a_release_is_there() -> None:
    assert RELEASES
    assert {"playlist.json", "emergency.json", "ack.json"} <= {path.name for path in DOCUMENTS}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_document_of_an_earlier_release_is_accepted_as_it_was(path: Path) -> None:
    release = path.parents[1]
    wanted = expected(release)["documents"][path.stem]
    authority = load_pinned((release / "root.json").read_bytes())
    envelope, topic = path.read_bytes(), Topic(wanted["kind"], "tuan", station=STATION)
    accepted = verify(
        envelope, topic, authority, PLACE, STATION, FakeFloors(), SYNCED, nonces=(NONCE,)
    )
    assert accepted.sha256 == wanted["sha256"] == hashlib.sha256(accepted.payload).hexdigest()
    assert accepted.ignored == ()
    reverify(envelope, wanted["kind"], authority, PLACE, STATION, SYNCED)


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)
def test_a_tree_of_an_earlier_release_gives_the_same_roles(release: Path) -> None:
    folder = release / "tree"
    top = {
        n: (folder / f"{n}.json").read_bytes() for n in ("root", "timestamp", "snapshot", "targets")
    }
    roles = {
        path.name.removesuffix(".json"): path.read_bytes() for path in (folder / "roles").iterdir()
    }
    authority = load_tree(TreeFiles(**top, roles=roles))
    assert sorted(authority.roles) == expected(release)["tree"]["roles"]
    assert describe_unknown(authority) is None


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)
async def test_a_box_starts_from_the_memory_of_an_earlier_release(
    release: Path, tmp_path: Path
) -> None:
    await asyncio.to_thread(shutil.copy, release / FILE, tmp_path / FILE)
    store = await asyncio.to_thread(Store.open, tmp_path)
    # moments of the boot that made it mean nothing on a machine that has run for hours
    started = describe_start(await start(tmp_path, store, boot_id="f" * 32))
    await asyncio.to_thread(store.close)
    # through JSON: tuples and lists are the same there
    assert json.loads(json.dumps(started)) == expected(release)["state"]


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)
def test_a_centre_opens_the_database_of_an_earlier_release(release: Path, tmp_path: Path) -> None:
    path = tmp_path / "central.db"
    shutil.copy(release / "central.db", path)
    database = Database.open(path)
    wanted = describe_centre(database)
    database.close()
    assert json.loads(json.dumps(wanted)) == expected(release)["centre"]
