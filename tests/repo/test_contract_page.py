"""Every JSON example of docs/contract.md is what the types accept: the page cannot drift."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from agent.clock import Now
from agent.contract import report
from agent.contract.document import TYPE_OF_KIND, StreamGrant
from agent.contract.ids import Place, StationId
from agent.contract.strict_json import parse_strict
from agent.contract.topic import Topic
from agent.errors import TrustError
from agent.store.replay_floors import ReplayFloors
from agent.trust.authority import Grade, load_pinned
from agent.trust.document_rules import check_document
from agent.trust.live_stream import LiveStreamVerifier
from agent.trust.tree import TreeAuthority, TreeFiles, describe_unknown, load_tree
from agent.trust.verify import verify

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"(?:<!-- (\w+) -->\n)?```json\n(.*?)\n```", re.DOTALL)
EXAMPLES = [(match[1], match[2]) for match in EXAMPLE.finditer(PAGE)]
DOCUMENTS = [text for name, text in EXAMPLES if name is None]
REPORTS = [(name, text) for name, text in EXAMPLES if name is not None and hasattr(report, name)]
OTHERS = {name: text.replace("\n", "").encode() for name, text in EXAMPLES if name is not None}
STATION = StationId("tv-cl-0007")
DAY = datetime(2026, 11, 22, 8, tzinfo=UTC)  # of the page's examples
NONCE = "f2b1c0d4a59e4e0f"


def tree() -> TreeAuthority:
    """The five files of the page, as their exact bytes."""
    return load_tree(
        TreeFiles(
            root=OTHERS["RootFile"],
            timestamp=OTHERS["TimestampFile"],
            snapshot=OTHERS["SnapshotFile"],
            targets=OTHERS["TargetsFile"],
            roles={"vn.84": OTHERS["RoleFile"]},
        )
    )


def test_the_page_shows_every_kind_once() -> None:
    assert sorted(parse_strict(text.encode())["kind"] for text in DOCUMENTS) == sorted(TYPE_OF_KIND)


@pytest.mark.parametrize("text", DOCUMENTS, ids=lambda text: text[9:30])
def test_a_document_of_the_page_passes_the_rules_of_trust(text: str) -> None:
    kind = parse_strict(text.encode())["kind"]
    check_document(msgspec.json.decode(text, type=TYPE_OF_KIND[kind]), kind)


@pytest.mark.parametrize(("name", "text"), REPORTS, ids=[name for name, _ in REPORTS])
def test_a_report_of_the_page_is_the_type_it_says_member_for_member(name: str, text: str) -> None:
    type_: Any = getattr(report, name)
    plain = msgspec.json.decode(text)
    # Round trip: a member that the type does not know would be dropped.
    read = msgspec.json.decode(text, type=type_)
    assert msgspec.json.decode(msgspec.json.encode(read)) == plain


def test_the_tree_of_the_page_is_signed_and_listed_as_the_page_says() -> None:
    authority = tree()
    assert describe_unknown(authority) is None
    assert authority.grade(Now(DAY, "SYNCED", 0.1)) is Grade.FRESH
    hello = msgspec.json.decode(dict(REPORTS)["Hello"])
    assert authority.versions == hello["authority"]
    assert set(authority.roles) == {"vn.time", "vn.receipt", "vn.84", "vn.84.29266"}
    holders = authority.roles["vn.84.29266"]
    assert {key.scheme for key in holders.keys.values()} == {"ecdsa-sha2-nistp256"}


@pytest.mark.parametrize("name", ["RootFile", "TargetsFile", "RoleFile", "SnapshotFile"])
def test_a_tree_with_one_changed_letter_is_refused(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = OTHERS[name].replace(b'"expires":"202', b'"expires":"203')
    monkeypatch.setitem(OTHERS, name, changed)
    with pytest.raises(TrustError, match="E_ROLE"):
        tree()


def test_the_envelope_of_the_page_is_taken_by_a_box_without_a_place() -> None:
    (document,) = [text for text in DOCUMENTS if '"kind":"time"' in text]
    topic = Topic("time", station=STATION)
    accepted = verify(
        OTHERS["Envelope"],
        topic,
        tree(),
        place=None,
        station=STATION,
        floors=ReplayFloors(),
        now=Now(DAY, "FLOOR", None),
        nonces={NONCE},
    )
    assert accepted.payload == re.sub(r"\n ?", "", document).encode()
    assert accepted.sha256 == hashlib.sha256(accepted.payload).hexdigest()


def test_the_envelope_of_the_page_is_refused_without_its_nonce() -> None:
    place, now = Place("84", "29266", STATION), Now(DAY + timedelta(seconds=1), "SYNCED", 0.1)
    with pytest.raises(TrustError, match="E_TIME"):
        verify(
            OTHERS["Envelope"],
            Topic("time", station=STATION),
            tree(),
            place,
            STATION,
            ReplayFloors(),
            now,
        )


def test_the_pinned_root_of_the_page_can_be_installed() -> None:
    pinned = load_pinned(OTHERS["PinnedRoot"])
    assert pinned.roles.keys() == {"vn.time", "vn.84.29266"}
    assert pinned.demo is False


def test_every_example_is_judged_by_a_test_here() -> None:
    tree_files = {"RootFile", "TargetsFile", "RoleFile", "SnapshotFile", "TimestampFile"}
    assert OTHERS.keys() - dict(REPORTS).keys() == tree_files | {"Envelope", "PinnedRoot"}


def test_the_live_segment_of_the_page_is_signed_by_the_key_of_the_grant_before_it() -> None:
    """By the table of the page alone."""
    grant = next(one for one in map(json.loads, DOCUMENTS) if one["kind"] == "stream-grant")
    found = re.search(r"<!-- LiveSegment -->\n```text\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    message = bytes.fromhex(found[1])
    signed = b"tramtin live 1\x00" + grant["stream_id"].encode() + b"\x00" + message[:-64]
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(grant["stream_key"]))
    key.verify(message[-64:], signed)
    assert LiveStreamVerifier(msgspec.convert(grant, StreamGrant)).verify(message, None).seq == 0
