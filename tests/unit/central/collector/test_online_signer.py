"""What the centre signs by itself follows the authority that it has given out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.clock import Now
from agent.contract.document import Head
from agent.contract.ids import Place, StationId
from agent.contract.topic import Topic
from agent.errors import TrustError
from agent.trust.verify import verify
from central.collector.online_signer import OnlineSigner
from central.documents.sign import read_document
from central.publication.document_outbox import OutgoingMessage
from central.store.database import Database
from tests.harness.ceremony_fixture import CeremonyFixture

STATION = StationId("tv-cl-0007")
PLACE = Place("84", "29266", STATION)
MOST = 2**63 - 1  # the highest number that a document can have


class _Poisoned:
    """Floors of a box that took a thief's head with the highest number."""

    def get(self, issuer: str, kind: str, slot: str) -> tuple[int, int, str] | None:
        return (1, MOST, "f" * 64) if (issuer, kind, slot) == ("vn.head", "head", "head") else None

    def has_event(self, event_id: str) -> bool:
        return False

    def is_cancelled(self, class_: str, name: str) -> bool:
        return False


@pytest.fixture
def hall(tmp_path: Path) -> CeremonyFixture:
    """Two machines may sign heads, either alone: one of them is stolen."""
    one = CeremonyFixture(tmp_path, at=None)
    one.begin()
    one.delegate(
        "vn.head", "may-1", "may-2", paths="config/*/*/*", kinds="head", ttl="1d", threshold=1
    )  # fmt: skip
    one.sign_and_publish("an", "binh", "dung", "em")
    return one


@pytest.fixture
def database(hall: CeremonyFixture) -> Iterator[Database]:
    opened = Database.open(hall.db)
    yield opened
    opened.close()


def sign_head(signer: OnlineSigner) -> OutgoingMessage:
    header = signer.header("head", "head", STATION, timedelta(hours=1))
    return signer.sign(STATION, Head(**header, slots={}, revoked=[]), "head")


def judge(hall: CeremonyFixture, parcel: OutgoingMessage) -> str:
    """`ok`, or the code with which a box that the thief has poisoned refuses."""
    now = Now(datetime.now(UTC), "SYNCED", 0.02)
    try:
        verify(
            parcel.envelope, Topic("head", "head", station=STATION), hall.authority(), PLACE,
            STATION, _Poisoned(), now,
        )  # fmt: skip
    except TrustError as error:
        return error.code
    return "ok"


def test_a_lost_key_raises_the_epoch_under_which_the_running_desk_signs(
    hall: CeremonyFixture, database: Database
) -> None:
    signer = OnlineSigner(database, {"head": [hall.signer("may-1")]})
    assert judge(hall, sign_head(signer)) == "E_REPLAY"
    hall.do("rotate", "vn.head", "--old", "may-2", "--new", hall.holder("may-3"), "--lost")
    assert judge(hall, sign_head(signer)) == "E_REPLAY"  # drafted, not in force
    hall.sign_and_publish("dung", "em")
    assert judge(hall, sign_head(signer)) == "ok"
    assert judge(hall, sign_head(OnlineSigner(database, {"head": [hall.signer("may-3")]}))) == "ok"
    thief = OnlineSigner(database, {"head": [hall.signer("may-2")]})
    assert judge(hall, sign_head(thief)) == "E_ROLE"


def test_where_no_tree_is_given_out_the_epoch_is_the_first(
    hall: CeremonyFixture, tmp_path: Path
) -> None:
    empty = Database.open(tmp_path / "empty.db")
    signer = OnlineSigner(empty, {"head": [hall.signer("may-1")]})
    assert read_document(sign_head(signer).envelope).epoch == 1
    empty.close()
