"""Heads at the centre: what they list, when a new one is due, what is taken off the air."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from securesystemslib.signer import CryptoSigner

from agent.contract.document import (
    Cancel,
    Emergency,
    EmergencyBody,
    Head,
    Playlist,
    Silence,
    TextBody,
)
from agent.contract.envelope import Envelope
from agent.contract.ids import StationId
from agent.contract.report import ClockState, Hello
from agent.contract.utc import encode_utc
from central.authority.demo_authority import make_demo_authority
from central.authority.demo_model import DemoAuthority
from central.collector.heads import Heads, reinstate, withhold
from central.collector.online_signer import OnlineSigner
from central.collector.report_handler import ReportHandler
from central.collector.report_store import note_latest
from central.documents.sign import (
    build_header,
    encode_document,
    new_doc_id,
    read_document,
    sign_document,
)
from central.publication.document_outbox import OutgoingMessage, keep
from central.store.database import Database
from central.store.schema import latest
from central.testbed.sample_documents import station_config

STATION = StationId("tv-cl-0007")
OTHER = "tv-cl-0021"
GROUP = "tramtin/1/g/xa-29266/{}"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoAuthority:
    return make_demo_authority(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "central.db")
    yield opened
    opened.close()


def signers(demo: DemoAuthority) -> dict[str, list[CryptoSigner]]:
    roles = {"time": "vn.time", "receipt": "vn.receipt", "head": "vn.head"}
    return {name: demo.signers(role) for name, role in roles.items()}


def heads(database: Database, demo: DemoAuthority) -> Heads:
    return Heads(database, OnlineSigner(database, signers(demo)))


def place(database: Database, demo: DemoAuthority, station: str) -> None:
    payload = station_config(station, datetime.now(UTC), "media.example.vn")
    envelope = sign_document(payload, "station-config", demo.signers("vn.84"))
    keep(database, f"tramtin/1/d/{station}/station-config/chinh", envelope)


def playlist(database: Database, demo: DemoAuthority, topic: str, seq: int) -> str:
    header = build_header(
        "playlist", issuer="vn.84.29266", class_="routine", to=["84/29266/*"], slot="tuan",
        seq=seq, now=datetime.now(UTC), lifetime=timedelta(days=7),
    )  # fmt: skip
    payload = encode_document(Playlist(**header, media=[], entries=[]))
    keep(database, topic, sign_document(payload, "playlist", demo.signers("vn.84.29266")))
    return str(header["doc_id"])


def opened(outgoing: OutgoingMessage) -> Head:
    document = read_document(outgoing.envelope)
    assert isinstance(document, Head)
    return document


def test_a_head_lists_own_and_group_states_the_newest_of_each_slot_and_no_events(
    database: Database, demo: DemoAuthority
) -> None:
    place(database, demo, STATION)
    playlist(database, demo, "tramtin/1/g/xa-29266/playlist/tuan", 8)
    playlist(database, demo, f"tramtin/1/d/{STATION}/playlist/tuan", 7)
    silence = Silence(
        **build_header("silence", issuer="vn.84", class_="silence", to=["84/*/*"], slot="x",
                       seq=1, now=datetime.now(UTC), lifetime=timedelta(hours=1)),
        state="off", why="",
    )  # fmt: skip
    sealed = sign_document(encode_document(silence), "silence", demo.signers("vn.84"))
    keep(database, "tramtin/1/g/xa-29266/silence/x", sealed)
    alarm = Emergency(
        **build_header("emergency", issuer="vn.84.em", class_="emergency", to=["84/*/*"], slot="e",
                       seq=1, now=datetime.now(UTC), lifetime=timedelta(hours=1)),
        event_id=new_doc_id(), exercise=True, attention=None, media=[],
        bodies=[EmergencyBody("vi", text=TextBody(show="x"))], repeat=1, gap_ms=0, max_ms=1000,
    )  # fmt: skip
    sealed = sign_document(encode_document(alarm), "emergency", demo.signers("vn.84.em"))
    keep(database, "tramtin/1/g/xa-29266/emergency/e", sealed)
    held = msgspec.structs.replace(alarm, trigger="key", slot="key-lu", event_id=new_doc_id())
    sealed = sign_document(encode_document(held), "emergency", demo.signers("vn.84.em"))
    keep(database, "tramtin/1/g/xa-29266/emergency/key-lu", sealed)
    head = opened(heads(database, demo).build(STATION))
    numbers = {key: entry[:2] for key, entry in head.slots.items()}
    assert numbers == {
        "vn.84/station-config/chinh": (1, 1),
        "vn.84.29266/playlist/tuan": (1, 8),
        "vn.84/silence/x": (1, 1),
        "vn.84.em/emergency/key-lu": (1, 1),
    }
    assert head.to == [f"*/*/{STATION}"]


def test_a_publication_is_followed_by_the_heads_of_those_it_is_for(
    database: Database, demo: DemoAuthority
) -> None:
    for station in (STATION, OTHER):
        place(database, demo, station)
    source = heads(database, demo)
    source.due()
    assert source.due() == []
    playlist(database, demo, f"tramtin/1/d/{STATION}/playlist/tuan", 1)
    assert [outgoing.topic for outgoing in source.due()] == [f"tramtin/1/d/{STATION}/head/head"]
    playlist(database, demo, "tramtin/1/g/xa-29266/playlist/tuan", 2)
    both = source.due()
    assert len(both) == 2
    assert all(outgoing.retain for outgoing in both)
    assert len({opened(outgoing).seq for outgoing in both}) == 2
    assert source.due() == []


def event(database: Database, demo: DemoAuthority, topic: str, seq: int) -> str:
    """Publish an emergency; its event."""
    alarm = Emergency(
        **build_header("emergency", issuer="vn.84.em", class_="emergency", to=["84/*/*"],
                       slot="khan-cap", seq=seq, now=datetime.now(UTC),
                       lifetime=timedelta(hours=1)),
        event_id=new_doc_id(), exercise=True, attention=None, media=[],
        bodies=[EmergencyBody("vi", text=TextBody(show="x"))], repeat=1, gap_ms=0, max_ms=1000,
    )  # fmt: skip
    sealed = sign_document(encode_document(alarm), "emergency", demo.signers("vn.84.em"))
    keep(database, topic, sealed)
    return alarm.event_id


def end(
    database: Database,
    demo: DemoAuthority,
    event_id: str,
    at: datetime | None = None,
    lifetime: timedelta = timedelta(hours=2),
) -> None:
    """Publish its cancel, to the group."""
    header = build_header(
        "cancel", issuer="vn.84.em", class_="emergency", to=["84/*/*"], slot="huy",
        seq=1, now=at or datetime.now(UTC), lifetime=lifetime,
    )  # fmt: skip
    payload = encode_document(Cancel(**header, cancels=event_id))
    keep(
        database,
        GROUP.format("cancel/huy"),
        sign_document(payload, "cancel", demo.signers("vn.84.em")),
    )


def hello(nonce: str = "ef" * 16) -> Hello:
    """Of a box that holds nothing but its place."""
    return Hello(
        session=1, boot_id="ab" * 16, epoch="cd" * 8, last_seq=0, nonce=nonce, place="84/29266/x",
        holds={}, authority={"root": 1}, agent="0", clock=ClockState("FLOOR", None), has=["audio"],
    )  # fmt: skip


def test_the_head_that_answers_a_hello_attests_the_emergencies_in_force(
    database: Database, demo: DemoAuthority
) -> None:
    place(database, demo, STATION)
    over = event(database, demo, GROUP.format("emergency/khan-cap"), 1)
    event(database, demo, GROUP.format("emergency/khan-cap"), 3)
    event(database, demo, f"tramtin/1/d/{STATION}/emergency/khan-cap", 2)
    end(database, demo, over)
    answers = ReportHandler(database, signers(demo))._handle_hello(STATION, hello())
    given = [read_document(outgoing.envelope) for outgoing in answers]
    assert [(one.kind, one.seq) for one in given if one.class_ == "emergency"] == [
        ("cancel", 1), ("emergency", 2), ("emergency", 3),
    ]  # fmt: skip
    (head,) = [one for one in given if isinstance(one, Head)]
    assert head.nonce == hello().nonce
    payloads = [
        msgspec.json.decode(outgoing.envelope, type=Envelope).payload_bytes()
        for outgoing, one in zip(answers, given, strict=True)
        if isinstance(one, Emergency)
    ]
    assert sorted(head.emergencies) == sorted(hashlib.sha256(one).hexdigest() for one in payloads)


def test_a_cancel_that_expires_before_its_emergency_still_counts(
    database: Database, demo: DemoAuthority
) -> None:
    place(database, demo, STATION)
    over = event(database, demo, GROUP.format("emergency/khan-cap"), 1)
    end(database, demo, over, datetime.now(UTC) - timedelta(minutes=2), timedelta(minutes=1))
    assert opened(heads(database, demo).build(STATION, "ac" * 16)).emergencies == []
    answers = ReportHandler(database, signers(demo))._handle_hello(STATION, hello())
    assert [one.topic for one in answers if "/emergency/" in one.topic] == []


def test_a_publication_attests_to_the_last_question_while_it_is_open(
    database: Database, demo: DemoAuthority
) -> None:
    place(database, demo, STATION)
    source = heads(database, demo)
    assert opened(source.build(STATION)).nonce is None
    note_latest(database, STATION, "hello", msgspec.json.encode(hello("ac" * 16)))
    event(database, demo, GROUP.format("emergency/khan-cap"), 1)
    (outgoing,) = source.due()
    assert opened(outgoing).nonce == "ac" * 16
    assert len(opened(outgoing).emergencies) == 1
    with database.transaction() as connection:
        old = encode_utc(datetime.now(UTC) - timedelta(minutes=5))
        connection.execute(sa.update(latest).values(at=old))
    assert opened(source.build(STATION)).nonce is None
    assert opened(source.build(STATION)).emergencies == []


def test_what_is_withheld_is_on_every_head_until_it_is_reinstated(
    database: Database, demo: DemoAuthority
) -> None:
    place(database, demo, STATION)
    source = heads(database, demo)
    source.due()
    doc_id = playlist(database, demo, f"tramtin/1/d/{STATION}/playlist/tuan", 1)
    source.due()
    withhold(database, doc_id, "sai nội dung")
    (outgoing,) = source.due()
    assert opened(outgoing).revoked == [doc_id]
    assert reinstate(database, doc_id)
    assert not reinstate(database, doc_id)
    (outgoing,) = source.due()
    assert opened(outgoing).revoked == []


@pytest.mark.parametrize("placed", ["tv", None])
def test_a_hello_is_answered_with_time_then_place_then_head_then_the_rest(
    database: Database, demo: DemoAuthority, placed: str | None
) -> None:
    place(database, demo, STATION)
    playlist(database, demo, f"tramtin/1/d/{STATION}/playlist/tuan", 1)
    asked = msgspec.structs.replace(hello(), place=placed)
    reception = ReportHandler(database, signers(demo))
    answers = reception._handle_hello(STATION, asked)
    kinds = [read_document(outgoing.envelope).kind for outgoing in answers]
    assert kinds == ["time", "station-config", "head", "playlist", "ack"]
    without = {name: keys for name, keys in signers(demo).items() if name != "head"}
    kinds = [
        read_document(outgoing.envelope).kind
        for outgoing in ReportHandler(database, without)._handle_hello(STATION, asked)
    ]
    assert "head" not in kinds
