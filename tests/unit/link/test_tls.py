"""Dates of certificates by our clock: real handshakes of OpenSSL in memory, no socket."""

from __future__ import annotations

import contextlib
import logging
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from agent.clock import BUILD_AT, Clock, Now
from agent.link.tls import CertificateDates, load_context

DAY = timedelta(days=1)
# Far from the day on which the test runs: the system's clock must not matter.
AT = datetime(2041, 3, 1, tzinfo=UTC)
SYNCED = Now(AT, "SYNCED", 0.02, attested=AT)
FLOOR = Now(AT, "FLOOR", None, attested=AT)
EXPIRED, NOT_YET = 10, 9


@dataclass
class Maker:
    """An authority, an intermediate and a host, each with dates of its own."""

    folder: Path

    def make(
        self,
        leaf: tuple[datetime, datetime],
        middle: tuple[datetime, datetime] = (AT - 900 * DAY, AT + 900 * DAY),
        root: tuple[datetime, datetime] = (AT - 900 * DAY, AT + 900 * DAY),
    ) -> ssl.SSLContext:
        keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]
        names = ["goc", "trung gian", "localhost"]
        pems = []
        for depth, dates in enumerate((root, middle, leaf)):
            above = max(depth - 1, 0)
            builder = (
                x509.CertificateBuilder()
                .subject_name(_name(names[depth]))
                .issuer_name(_name(names[above]))
                .public_key(keys[depth].public_key())
                .serial_number(x509.random_serial_number())
                .not_valid_before(dates[0])
                .not_valid_after(dates[1])
                .add_extension(x509.BasicConstraints(depth < 2, None), critical=True)
                .add_extension(
                    x509.SubjectAlternativeName([x509.DNSName(names[2])]), critical=False
                )
            )
            signed = builder.sign(keys[above], hashes.SHA256())
            pems.append(signed.public_bytes(serialization.Encoding.PEM))
        (self.folder / "ca.pem").write_bytes(pems[0])
        (self.folder / "chain.pem").write_bytes(pems[2] + pems[1])
        (self.folder / "host.key").write_bytes(
            keys[2].private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        host = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        host.load_cert_chain(self.folder / "chain.pem", self.folder / "host.key")
        return host

    def shake(self, host: ssl.SSLContext, dates: CertificateDates, name: str = "localhost") -> int:
        """The code with which we refuse; 0 when we do not. Both ends move by turns."""
        context = load_context(self.folder / "ca.pem", dates, with_public=False)
        up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
        ours = context.wrap_bio(down, up, server_hostname=name)
        theirs = host.wrap_bio(up, down, server_side=True)
        try:
            for _ in range(8):
                for side in (ours, theirs):
                    with contextlib.suppress(ssl.SSLWantReadError):
                        side.do_handshake()
        except ssl.SSLCertVerificationError as error:
            return int(error.verify_code)
        assert ours.version() == "TLSv1.3"
        return 0


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    return Maker(tmp_path)


CASES = {
    "valid by ours, far ahead of the system's": (SYNCED, -DAY, DAY, 0),
    "ended a second ago": (SYNCED, -DAY, -timedelta(seconds=1), EXPIRED),
    "ends at this moment": (SYNCED, -DAY, timedelta(), EXPIRED),
    "begins in an hour": (SYNCED, timedelta(hours=1), DAY, NOT_YET),
    "made just now by a clock that runs ahead": (SYNCED, timedelta(minutes=4), DAY, 0),
    "by a floor: ended": (FLOOR, -2 * DAY, -DAY, EXPIRED),
    "by a floor: begins in a year": (FLOOR, 365 * DAY, 400 * DAY, 0),
    "by a battery clock far ahead of the floor": (
        Now(AT + 900 * DAY, "RTC", None, AT, AT), -DAY, DAY, 0,
    ),
    "by a battery clock: ended before the floor": (
        Now(AT + 900 * DAY, "RTC", None, AT, AT), -2 * DAY, -DAY, EXPIRED,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_dates_of_the_host_are_verified_by_our_clock(
    maker: Maker, case: tuple[Now, timedelta, timedelta, int]
) -> None:
    now, begins, ends, code = case
    host = maker.make((AT + begins, AT + ends))
    assert maker.shake(host, CertificateDates(lambda: now)) == code


@pytest.mark.parametrize("link", ["middle", "root"])
def test_every_certificate_of_the_chain_is_verified(maker: Maker, link: str) -> None:
    good, over = (AT - DAY, AT + DAY), (AT - 2 * DAY, AT - DAY)
    host = maker.make(good, **{link: over})
    assert maker.shake(host, CertificateDates(lambda: SYNCED)) == EXPIRED


def test_a_box_that_knows_only_its_build_date_accepts_a_later_certificate(maker: Maker) -> None:
    wide = (BUILD_AT - 900 * DAY, BUILD_AT + 9000 * DAY)
    host = maker.make((BUILD_AT + 300 * DAY, BUILD_AT + 390 * DAY), wide, wide)
    assert maker.shake(host, CertificateDates()) == 0
    host = maker.make((BUILD_AT - 90 * DAY, BUILD_AT - DAY), wide, wide)
    assert maker.shake(host, CertificateDates()) == EXPIRED


def test_name_and_authority_are_verified_as_usual(maker: Maker) -> None:
    host = maker.make((AT - DAY, AT + DAY))
    assert maker.shake(host, CertificateDates(lambda: SYNCED), "other.vn") == 62
    stranger = host
    maker.make((AT - DAY, AT + DAY))
    assert maker.shake(stranger, CertificateDates(lambda: SYNCED)) not in (0, EXPIRED, NOT_YET)


def test_a_refusal_names_the_fault_and_the_clock(maker: Maker) -> None:
    host = maker.make((AT - 2 * DAY, AT - DAY))
    context = load_context(
        maker.folder / "ca.pem", CertificateDates(lambda: SYNCED), with_public=False
    )
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = context.wrap_bio(down, up, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        ours.do_handshake()
    theirs = host.wrap_bio(up, down, server_side=True)
    with pytest.raises(ssl.SSLWantReadError):
        theirs.do_handshake()
    with pytest.raises(
        ssl.SSLCertVerificationError, match=r"localhost expired at 2041-02-28.*clock"
    ):
        ours.do_handshake()


class Seconds:
    """Since boot, as the test moves them."""

    s = 0.0

    def __call__(self) -> float:
        return self.s


@pytest.mark.parametrize("ends", [AT - DAY, AT + 30 * DAY], ids=["expired", "valid"])
def test_a_stolen_time_key_locks_no_box_out(
    maker: Maker, ends: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    """It has set the clock 390 days ahead; the new broker's certificate lives 90.

    What people signed proves the truth within a day. A certificate that has really expired by
    their word stays refused, however long the box tries.
    """
    boot = Seconds()
    clock = Clock(AT, boot=boot, attested=AT)
    clock.fix(AT + 390 * DAY, boot.s, "stolen")
    assert clock.now().quality == "SYNCED"
    dates = CertificateDates(clock.now, boot)
    host = maker.make((AT - 60 * DAY, ends))
    assert maker.shake(host, dates) == EXPIRED
    boot.s = 3599.0
    assert maker.shake(host, dates) == EXPIRED
    boot.s = 3601.0
    with caplog.at_level(logging.WARNING):
        assert maker.shake(host, dates) == (EXPIRED if ends < AT else 0)
    assert bool(caplog.records) is (ends > AT)
