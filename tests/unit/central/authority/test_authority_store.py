"""What the centre keeps retained at the broker: order, age, and who is behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata, Timestamp

from agent.contract.ids import StationId
from agent.contract.topic import parse_authority_topic
from agent.errors import ConfigError
from central.authority import authority_store
from central.authority.ceremony.tree_draft import open_draft
from central.authority.ceremony.tree_publication import OnlineKeys, publish
from central.authority.ceremony.workspace import Workspace
from central.authority.demo_authority import make_demo_authority
from central.authority.demo_model import DemoAuthority
from central.collector.authority_resend import AuthorityResend
from central.store.database import Database

STATION, OTHER = StationId("tv-cl-0007"), StationId("tv-cl-9999")
AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
AT_S = 1_795_507_200  # `date -u -d 2026-11-24T08:00:00Z +%s`


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoAuthority:
    return make_demo_authority(tmp_path_factory.mktemp("demo"), at=AT)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "central.db")
    yield database
    database.close()


def names(database: Database) -> list[str]:
    return [parcel.topic for parcel in authority_store.unsent(database)]


def send(database: Database) -> dict[str, bytes]:
    parcels = authority_store.unsent(database)
    authority_store.mark_sent(database, parcels)
    return {parse_authority_topic(one.topic): one.envelope for one in parcels}


def test_what_a_box_asks_for_first_is_given_out_last(
    database: Database, demo: DemoAuthority
) -> None:
    authority_store.put(database, demo.files())
    assert names(database) == [
        "tramtin/1/auth/1_2eroot_2ejson",
        "tramtin/1/auth/1_2evn_2e84_2ejson",
        "tramtin/1/auth/1_2etargets_2ejson",
        "tramtin/1/auth/1_2esnapshot_2ejson",
        "tramtin/1/auth/timestamp_2ejson",
    ]
    assert all(parcel.retain for parcel in authority_store.unsent(database))
    send(database)
    assert names(database) == []
    authority_store.put(database, demo.files())
    assert names(database) == []  # the same again is nothing new
    authority_store.send_again(database, ["1.targets.json", "timestamp.json"])
    assert names(database) == [
        "tramtin/1/auth/1_2etargets_2ejson",
        "tramtin/1/auth/timestamp_2ejson",
    ]


def test_a_version_is_cleared_two_publications_later(database: Database) -> None:
    def stamp(version: int) -> bytes:
        return b'{"signed":{"version":%d}}' % version

    def publication(number: int) -> dict[str, bytes]:
        files = {f"{n}.root.json": b"root" for n in range(1, number + 1)}
        return {**files, f"{number}.targets.json": b"t", "timestamp.json": stamp(number)}

    authority_store.put(database, publication(1))
    send(database)
    authority_store.put(database, publication(2))
    assert send(database) == {
        "2.root.json": b"root", "2.targets.json": b"t", "timestamp.json": stamp(2),
    }  # fmt: skip
    authority_store.put(database, publication(3))
    sent = send(database)
    assert sent["1.targets.json"] == b""  # an empty retained message clears the topic
    assert not {"1.root.json", "2.root.json", "2.targets.json"} & set(sent)
    assert set(authority_store.lacking(database, {})) == {
        "1.root.json", "2.root.json", "3.root.json", "3.targets.json", "timestamp.json",
    }  # fmt: skip


def test_the_timestamp_is_signed_again_and_names_the_same_snapshot(
    database: Database, demo: DemoAuthority
) -> None:
    (signer,) = demo.signers("timestamp")
    assert authority_store.renew_timestamp(database, signer, AT) is False  # nothing published yet
    authority_store.put(database, demo.files())
    send(database)
    before = authority_store.timestamp(database)
    assert before is not None
    assert before.version == AT_S
    assert authority_store.renew_timestamp(database, signer, AT + timedelta(hours=1))
    file = Metadata[Timestamp].from_bytes(send(database)["timestamp.json"])
    assert file.signed.version == AT_S + 3600
    assert file.signed.snapshot_meta == before.snapshot_meta
    assert file.signed.unrecognized_fields["x-issued"] == "2026-11-24T09:00:00Z"
    assert file.signed.expires == datetime(2026, 12, 24, 9, 0, tzinfo=UTC)
    signer.public_key.verify_signature(
        file.signatures[signer.public_key.keyid], file.signed_bytes
    )  # fmt: skip
    authority_store.renew_timestamp(database, signer, AT)  # a clock that was set back
    assert authority_store.timestamp(database).version == AT_S + 3601  # type: ignore[union-attr] # just put


def test_a_key_that_the_root_does_not_name_renews_nothing(
    database: Database, demo: DemoAuthority
) -> None:
    authority_store.put(database, demo.files())
    before = authority_store.timestamp(database)
    with pytest.raises(ConfigError, match="E_KEY"):
        authority_store.renew_timestamp(
            database, demo.signers("snapshot")[0], AT + timedelta(hours=1)
        )
    assert authority_store.timestamp(database) == before


def test_a_publication_outruns_the_hourly_timestamp(database: Database, tmp_path: Path) -> None:
    demo = make_demo_authority(tmp_path / "demo", at=AT)
    authority_store.put(database, demo.files())
    (signer,) = demo.signers("timestamp")
    authority_store.renew_timestamp(database, signer, AT + timedelta(days=20))
    folder = Workspace(demo.ceremony)
    online = OnlineKeys(demo.signers("snapshot")[0], signer)
    # the machine of the ceremony has a clock that is 19 days behind the collector's
    at = AT + timedelta(days=1)
    files = publish(folder, open_draft(folder, at), online, at, authority_store.timestamp(database))
    new = Metadata[Timestamp].from_bytes(files["timestamp.json"]).signed
    assert new.version == AT_S + 20 * 86_400 + 1
    assert new.snapshot_meta.version == 2


TOP = ["1.snapshot.json", "1.targets.json"]


@pytest.mark.parametrize(
    ("told", "lacks"),
    [
        ({"root": 1}, [*TOP, "1.vn.84.json", "timestamp.json"]),  # as installed
        ({"root": 1, "timestamp": AT_S, "snapshot": 1, "targets": 1, "vn.84": 1}, []),
        ({"root": 1, "timestamp": AT_S, "snapshot": 1, "targets": 1}, []),  # another province
        ({"root": 1, "timestamp": AT_S - 1, "snapshot": 1, "targets": 1}, []),  # comes by the hour
        ({"root": 1, "timestamp": AT_S, "snapshot": 1, "targets": 1, "vn.84": 0}, ["1.vn.84.json"]),
        (
            {"root": 1, "timestamp": AT_S - 1, "snapshot": 0, "targets": 0, "vn.84": 1},
            [*TOP, "timestamp.json"],
        ),
        ({"root": 2, "timestamp": AT_S, "snapshot": 1, "targets": 1, "vn.84": 1}, []),
    ],
)  # fmt: skip
def test_what_a_box_lacks(
    database: Database, demo: DemoAuthority, told: dict[str, int], lacks: list[str]
) -> None:
    assert authority_store.lacking(database, told) == []  # there is nothing yet
    authority_store.put(database, demo.files())
    assert sorted(authority_store.lacking(database, told)) == lacks


class _Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_file_goes_out_once_in_ten_minutes_whoever_asks(
    database: Database, demo: DemoAuthority
) -> None:
    clock = _Clock()
    resend = AuthorityResend(database, clock)
    authority_store.put(database, demo.files())
    send(database)
    bare = {"root": 1}
    missing_role = {"root": 1, "timestamp": AT_S, "snapshot": 1, "targets": 1, "vn.84": 0}
    resend.consider(STATION, missing_role)
    assert set(send(database)) == {"1.vn.84.json"}
    for number in range(1_700):  # all boxes of a province after a night without current
        resend.consider(StationId(f"tv-cl-{number:04d}"), bare)
    assert set(send(database)) == {*TOP, "timestamp.json"}
    clock.now_s = 599.0
    resend.consider(OTHER, bare)
    assert send(database) == {}
    clock.now_s = 600.0
    resend.consider(OTHER, bare)
    assert set(send(database)) == {*TOP, "1.vn.84.json", "timestamp.json"}


def test_a_box_that_stays_behind_is_answered_less_and_less_often(
    database: Database, demo: DemoAuthority
) -> None:
    clock = _Clock()
    resend = AuthorityResend(database, clock)
    authority_store.put(database, demo.files())
    send(database)
    heard_min = []
    for minute in range(1_440):
        clock.now_s = 60.0 * minute
        resend.consider(STATION, {"root": 1})
        if send(database):
            heard_min.append(minute)
    # 10 minutes, doubled each time, six hours at the most
    assert heard_min == [0, 10, 30, 70, 150, 310, 630, 990, 1350]
    resend.consider(OTHER, {"root": 1})
    assert send(database)  # another one is heard all the same
    clock.now_s += 86_400.0
    resend.consider(STATION, {"root": 1})
    send(database)
    clock.now_s += 600.0
    resend.consider(STATION, {"root": 1})
    assert send(database)  # a day later it begins anew
