"""Requests, decisions, replacement and renewal, on a database, with a clock of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from securesystemslib.signer import CryptoSigner

from agent.contract.enrolment import OpenRequest, RequestOpened
from agent.evidence.device_key import load_device_key, sign_report
from central.authority.signing_key import load_signer, make_key
from central.collector.identity import CENTRE
from central.collector.report_handler import ReportHandler
from central.collector.report_rules import ReportError
from central.enrolment.box_requests import acknowledge, open_request, poll_request
from central.enrolment.certificate_authority import (
    RESERVED,
    IssuingAuthority,
    load_authority,
    make_device_authority,
)
from central.enrolment.grant import GrantSource, issue
from central.enrolment.operator_decisions import (
    DecidingOperator,
    approve,
    find_request_of_code,
)
from central.enrolment.refusal import EnrolmentError
from central.enrolment.replacement import (
    approve_replacement,
    sign_replacement,
    state_replacement,
)
from central.enrolment.request_table import list_requests
from central.enrolment.revocation import due_list, revoke_station
from central.enrolment.settings import BrokerEntry, EnrolmentSettings, Operator
from central.enrolment.signing_request import read_device_key
from central.live.live_line import LIVE
from central.store.database import Database
from central.store.device_certificates import (
    find_station,
    insert_certificate,
    list_certificates,
)
from central.store.schema import enrolments
from tests.harness.enrolment_centre import BoxKey

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
STATION, WHO = "tv-cl-0007", DecidingOperator("Tám")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database.open(tmp_path / "central.db")) as one:
        yield one


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> IssuingAuthority:
    return make_device_authority(tmp_path_factory.mktemp("ca"), "x-demo", NOW, None)


@pytest.fixture
def source(authority: IssuingAuthority) -> GrantSource:
    settings = EnrolmentSettings(
        "https://enrol.example.vn", "127.0.0.1:8443", "c", "k", "ca", "db",
        BrokerEntry("mqtt.example.vn", 8883, "ca.pem"), "root.json",
    )  # fmt: skip
    return GrantSource(settings, authority, "broker's authority", b"{}")


def ask(
    database: Database, box: BoxKey, serial: str = "S1", now: datetime = NOW, where: str = "a"
) -> RequestOpened:
    asked = OpenRequest(serial, "Pi 4", "0.2.0", box.csr)
    return open_request(database, asked, where, "https://enrol.example.vn", now)


def enrol(database: Database, source: GrantSource, box: BoxKey, serial: str = "S1") -> str:
    opened = ask(database, box, serial)
    approve(database, opened.user_code, STATION, WHO, NOW)
    granted = poll_request(database, opened.request, opened.poll_token, source, NOW).granted
    assert granted is not None
    acknowledge(database, opened.request, opened.poll_token, NOW)
    return granted.certificate


def refused(code: str) -> pytest.RaisesExc[EnrolmentError]:
    return pytest.raises(EnrolmentError, match=f"^{code}: ")


def test_the_names_of_the_centre_are_no_stations() -> None:
    assert {CENTRE, LIVE} == RESERVED


def test_a_certificate_lasts_90_days_and_says_client_alone(
    authority: IssuingAuthority,
) -> None:
    made = authority.issue_device(STATION, BoxKey().private.public_key(), NOW)
    assert made.not_valid_after_utc == datetime(2027, 3, 1, 8, tzinfo=UTC)
    usage = made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    limits = authority.certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (limits.value.path_length, limits.critical) == (0, True)
    made.verify_directly_issued_by(authority.certificate)


def test_an_encrypted_authority_needs_its_passphrase(tmp_path: Path) -> None:
    make_device_authority(tmp_path / "ca", "x-demo", NOW, "khoá")
    load_authority(tmp_path / "ca", "device-ca", "khoá")
    for wrong in (None, "sai"):
        with pytest.raises(Exception, match="E_KEY"):
            load_authority(tmp_path / "ca", "device-ca", wrong)


def test_of_two_operators_at_once_one_is_refused(database: Database, source: GrantSource) -> None:
    opened = ask(database, BoxKey())
    approve(database, opened.user_code, STATION, WHO, NOW)
    with refused("enrol-decided"):
        approve(database, opened.user_code, "tv-cl-0009", DecidingOperator("An"), NOW)


def test_the_centre_needs_no_restart_to_know_a_new_station(
    database: Database, source: GrantSource
) -> None:
    handler = ReportHandler(database, {})
    assert database.certificate(STATION) is None
    pem = enrol(database, source, BoxKey())
    pinned = database.certificate(STATION)
    assert pinned is not None
    assert (pinned.certificate, pinned.is_revoked) == (pem, False)
    with pytest.raises(ReportError) as found:
        handler._open(STATION, "hello", b"{}")
    assert found.value.code == "E_ENVELOPE"


def test_a_granted_bundle_is_for_the_key_of_its_request(
    database: Database, source: GrantSource
) -> None:
    box = BoxKey()
    pem = enrol(database, source, box)
    made = x509.load_pem_x509_certificate(pem.encode())
    assert made.public_key() == box.private.public_key()


@pytest.fixture
def operators(tmp_path: Path) -> dict[str, CryptoSigner]:
    signers = {}
    for name in ("An", "Bình", "Lạ"):
        make_key(tmp_path / f"{name}.key")
        signers[name] = load_signer(tmp_path / f"{name}.key")
    return signers


def replace(
    database: Database, code: str, signer: CryptoSigner, operators: dict[str, CryptoSigner]
) -> int:
    known = [Operator(name, operators[name].public_key) for name in ("An", "Bình")]
    found = find_request_of_code(database, code, WHO, NOW)
    statement = state_replacement(database, found, STATION, "burnt")
    return approve_replacement(database, code, sign_replacement(statement, signer), known, NOW)


def test_a_box_is_replaced_by_two_people_and_the_former_one_is_shut_out(
    database: Database, source: GrantSource, operators: dict[str, CryptoSigner]
) -> None:
    former = enrol(database, source, BoxKey())
    box = BoxKey()
    opened = ask(database, box, "S2")
    assert replace(database, opened.user_code, operators["An"], operators) == 1
    assert replace(database, opened.user_code, operators["Bình"], operators) == 0
    status = poll_request(database, opened.request, opened.poll_token, source, NOW)
    assert status.granted is not None
    pinned = database.certificate(STATION)
    assert pinned is not None
    assert pinned.certificate == former  # until the new box has its own
    acknowledge(database, opened.request, opened.poll_token, NOW)
    with database.transaction() as connection:
        station = find_station(connection, STATION)
        states = {one.certificate: one.state for one in list_certificates(connection)}
    assert station is not None
    assert (station.certificate, station.box) == (status.granted.certificate, 2)
    assert states == {former: "revoked", status.granted.certificate: "in_use"}
    made = due_list(database, source.authority, NOW)
    assert made is not None
    listed = x509.load_pem_x509_crl(made.pem)
    assert [one.serial_number for one in listed] == [
        x509.load_pem_x509_certificate(former.encode()).serial_number
    ]


def test_a_renewed_key_counts_from_its_first_report_on(
    database: Database, source: GrantSource, tmp_path: Path
) -> None:
    """The box's acknowledgement, or the centre's answer, may be lost on its way."""
    enrol(database, source, BoxKey())
    box = BoxKey()
    key = read_device_key(box.private.public_key())
    with database.transaction() as connection:
        made = issue(source.authority, STATION, key, NOW, request=None)
        insert_certificate(connection, made)
    identity = box.write(tmp_path, "box", made.certificate)
    message = sign_report(load_device_key(identity.key), "hello", b"{}")
    handler = ReportHandler(database, {})
    with pytest.raises(ReportError) as found:
        handler._open(STATION, "hello", message)
    assert found.value.code == "E_SCHEMA"  # the signature was taken
    pinned = database.certificate(STATION)
    assert pinned is not None
    assert pinned.keyid == made.keyid
    stranger = BoxKey().write(tmp_path, "stranger", made.certificate)
    with pytest.raises(ReportError) as found:
        handler._open(STATION, "hello", sign_report(load_device_key(stranger.key), "hello", b"{}"))
    assert found.value.code == "E_SIGNATURE"


def test_an_old_file_never_brings_the_key_of_a_former_box_back(
    database: Database, source: GrantSource, tmp_path: Path
) -> None:
    pem = enrol(database, source, BoxKey())
    folder = tmp_path / "devices"
    folder.mkdir()
    (folder / f"{STATION}.pem").write_text(pem)
    assert database.enrol_folder(folder) == 0


def test_what_no_box_took_within_a_day_is_not_handed_out(
    database: Database, source: GrantSource
) -> None:
    opened = ask(database, BoxKey())
    approve(database, opened.user_code, STATION, WHO, NOW)
    late = NOW + timedelta(hours=25)
    status = poll_request(database, opened.request, opened.poll_token, source, late)
    assert (status.state, status.granted) == ("expired", None)


def test_the_list_is_signed_again_after_a_week(database: Database, source: GrantSource) -> None:
    assert due_list(database, source.authority, NOW) is not None
    assert due_list(database, source.authority, NOW + timedelta(days=6)) is None
    again = due_list(database, source.authority, NOW + timedelta(days=8))
    assert again is not None
    assert again.number == 2


def test_a_request_of_the_same_box_takes_the_place_of_its_former_one(database: Database) -> None:
    box = BoxKey()
    first, second = ask(database, box), ask(database, box)
    with database.transaction() as connection:
        (only,) = list_requests(connection, NOW)
    assert only.request == second.request != first.request


# Attacks 161 to 169: docs/trust.md


def test_161_a_code_is_not_guessed(database: Database) -> None:
    ask(database, BoxKey())
    guesser = DecidingOperator("kẻ đoán", "203.0.113.9")
    for _ in range(5):
        with refused("enrol-unknown-code"):
            find_request_of_code(database, "BBBB-BBBB", guesser, NOW)
    for who in (guesser, DecidingOperator("khác", "203.0.113.9"), DecidingOperator("kẻ đoán")):
        with refused("enrol-locked"):
            find_request_of_code(database, "CCCC-CCCC", who, NOW)
    with refused("enrol-unknown-code"):
        find_request_of_code(database, "CCCC-CCCC", guesser, NOW + timedelta(minutes=16))


def test_161_five_wrong_codes_that_name_a_box_end_its_request(database: Database) -> None:
    opened = ask(database, BoxKey())
    for number in range(5):
        who = DecidingOperator(f"người {number}", f"address {number}")
        with refused("enrol-unknown-code"):
            find_request_of_code(database, "BBBB-BBBB", who, NOW, serial="S1")
    with refused("enrol-unknown-code"):
        find_request_of_code(database, opened.user_code, WHO, NOW)


def test_162_a_code_that_was_used_is_dead(database: Database, source: GrantSource) -> None:
    opened = ask(database, BoxKey())
    approve(database, opened.user_code, STATION, WHO, NOW)
    poll_request(database, opened.request, opened.poll_token, source, NOW)
    acknowledge(database, opened.request, opened.poll_token, NOW)
    with refused("enrol-unknown-code"):
        approve(database, opened.user_code, "tv-cl-0008", WHO, NOW)
    with refused("enrol-unknown-request"):
        poll_request(database, opened.request, opened.poll_token, source, NOW)


def test_163_another_box_cannot_take_what_was_granted(
    database: Database, source: GrantSource
) -> None:
    opened, other = ask(database, BoxKey()), ask(database, BoxKey(), "S2")
    approve(database, opened.user_code, STATION, WHO, NOW)
    with refused("enrol-unknown-request"):
        poll_request(database, opened.request, other.poll_token, source, NOW)


def test_164_a_serial_is_not_taken_over_by_another_key(database: Database) -> None:
    ask(database, BoxKey())
    with refused("enrol-serial-busy"):
        ask(database, BoxKey())
    box = BoxKey()
    forged = OpenRequest("S3", "m", "1", box.csr.replace("A", "B", 1))
    with refused("enrol-key"):
        open_request(database, forged, "a", "https://enrol.example.vn", NOW)


def test_165_a_flood_of_requests_leaves_a_bounded_number_of_rows(database: Database) -> None:
    box = BoxKey()
    for number in range(10):
        ask(database, box, f"S{number}")
    with refused("enrol-rate"):
        ask(database, box, "S10")
    with database.transaction() as connection:
        count = sa.select(sa.func.count()).select_from(enrolments)
        assert connection.execute(count).scalar() == 10
    later = NOW + timedelta(days=91)
    ask(database, BoxKey(), "S11", later)
    with database.transaction() as connection:
        assert connection.execute(count).scalar() == 1


def test_166_an_expired_code_is_not_approved(database: Database) -> None:
    opened = ask(database, BoxKey())
    with refused("enrol-unknown-code"):
        approve(database, opened.user_code, STATION, WHO, NOW + timedelta(minutes=15))


def test_167_one_person_alone_cannot_replace_a_box(
    database: Database, source: GrantSource, operators: dict[str, CryptoSigner]
) -> None:
    enrol(database, source, BoxKey())
    opened = ask(database, BoxKey(), "S2")
    with refused("enrol-needs-two"):
        approve(database, opened.user_code, STATION, WHO, NOW)
    with refused("enrol-not-operator"):
        replace(database, opened.user_code, operators["Lạ"], operators)
    replace(database, opened.user_code, operators["An"], operators)
    with refused("enrol-same-person"):
        replace(database, opened.user_code, operators["An"], operators)
    status = poll_request(database, opened.request, opened.poll_token, source, NOW)
    assert (status.state, status.granted) == ("pending", None)


def test_168_a_revoked_box_does_not_come_back(database: Database, source: GrantSource) -> None:
    box = BoxKey()
    enrol(database, source, box)
    assert revoke_station(database, STATION, "stolen", WHO, NOW) == 1
    with refused("enrol-revoked"):
        ask(database, box, "S9")
    opened = ask(database, BoxKey(), "S1")
    with refused("enrol-needs-two"):
        approve(database, opened.user_code, STATION, WHO, NOW)
    handler = ReportHandler(database, {})
    with pytest.raises(ReportError) as found:
        handler._open(STATION, "hello", b"{}")
    assert found.value.code == "E_REVOKED"


def test_169_a_key_of_one_station_is_none_of_another(
    database: Database, source: GrantSource
) -> None:
    box = BoxKey()
    enrol(database, source, box)
    opened = ask(database, box, "S2")
    with refused("enrol-key-taken"):
        approve(database, opened.user_code, "tv-cl-0008", WHO, NOW)
