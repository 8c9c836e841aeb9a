"""TLS whose certificate dates are verified by our clock and floor, not by the system's clock.

OpenSSL compares a certificate's dates with the system's clock. On a box without a battery that
clock is in 1970 after a power cut, and anybody who sends false network time can set it: the box
would never connect again, and so never learn the time. Hence OpenSSL's check is switched off here,
and the dates of the whole verified chain are compared with `agent.clock` right after the handshake,
before the box sends any data.

With a known time (SYNCED, HOLDOVER) both dates are verified. Without it only the floor proves that
a certificate has expired, and nothing proves that it is not valid yet.

A stolen time key must not lock a box out for good: with a clock set far ahead every certificate has
expired, and the repair comes over this very connection. So a date counts without limit only where
people have attested a later moment (`Now.attested`); where only the signers of the time contradict
a certificate, the box refuses for an hour of attempts and then accepts it, with a warning. What a
broker gains by an old key is what every hostile broker has (docs/decisions/0024).
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from agent.clock import Clock, Now, boot_s

log = logging.getLogger(__name__)
NO_CHECK_TIME = 0x200000  # openssl/x509_vfy.h: X509_V_FLAG_NO_CHECK_TIME
NOT_YET_VALID, EXPIRED = 9, 10  # as above: X509_V_ERR_…
EARLY = timedelta(minutes=5)
DOUBT_S = 3600.0


@dataclass(frozen=True)
class Validity:
    """The period of validity of one certificate, and its subject."""

    subject: str
    begins: datetime
    ends: datetime


class CertificateDates:
    """Verifies the dates of the peers of one connection; may be called from any thread.

    Args:
        now: our clock. None: one that knows only the build date.
        boot: seconds since boot.
    """

    def __init__(
        self, now: Callable[[], Now] | None = None, boot: Callable[[], float] = boot_s
    ) -> None:
        self._now = now or Clock().now
        self._boot = boot
        self._refused_boot_s: float | None = None

    def verify(self, chain: Iterable[Validity]) -> None:
        """Verify the dates of a chain whose signatures are verified.

        Raises:
            ssl.SSLCertVerificationError: with OpenSSL's code for an expired certificate, or for one
                that is not valid yet.
        """
        now = self._now()
        refused = [(one, code) for one in chain if (code := _find_fault(one, now)) is not None]
        if not refused:
            self._refused_boot_s = None
            return
        one, code = refused[0]
        if all(_is_in_doubt(other, how, now) for other, how in refused) and self._is_over():
            log.warning(
                "dates of %s are accepted: only the signers of the time contradict them",
                one.subject,
            )
            return
        raise _refusal(one, code)

    def _is_over(self) -> bool:
        """Has the box refused for a whole hour?"""
        boot = self._boot()
        if self._refused_boot_s is None:
            self._refused_boot_s = boot
        return boot - self._refused_boot_s >= DOUBT_S


def _find_fault(one: Validity, now: Now) -> int | None:
    if now.is_past(one.ends):
        return EXPIRED
    if now.is_trusted and now.at + EARLY < one.begins:
        return NOT_YET_VALID
    return None


def _is_in_doubt(one: Validity, code: int, now: Now) -> bool:
    """Do only the signers of the time contradict the certificate?"""
    return code == NOT_YET_VALID or (now.attested is not None and now.attested < one.ends)


def _refusal(one: Validity, code: int) -> ssl.SSLCertVerificationError:
    when = f"expired at {one.ends}" if code == EXPIRED else f"not valid before {one.begins}"
    message = f"certificate of {one.subject} {when} by this box's clock"
    error = ssl.SSLCertVerificationError(ssl.SSL_ERROR_SSL, message)
    error.verify_code, error.verify_message = code, message
    return error


class DatedContext(ssl.SSLContext):
    """A client's context that leaves the dates to `dates`; everything else is the default."""

    dates: CertificateDates

    @classmethod
    def build(cls, dates: CertificateDates) -> DatedContext:
        """Build a context without any authority; host names are checked."""
        context = cls(ssl.PROTOCOL_TLS_CLIENT)
        context.dates = dates
        context.verify_flags |= NO_CHECK_TIME
        return context


def load_context(ca: Path | str, dates: CertificateDates, *, with_public: bool) -> DatedContext:
    """Load the trusted authorities; blocks.

    Args:
        ca: PEM of a trusted authority.
        dates: verifies the dates.
        with_public: are the system's authorities trusted as well?

    Raises:
        OSError: the file is missing or no PEM (ssl.SSLError is one).
    """
    context = DatedContext.build(dates)
    if with_public:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    context.load_verify_locations(ca)
    return context


class _DatedSocket(ssl.SSLSocket):
    """The socket that paho uses."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - the library's
        try:
            super().do_handshake(block)
            _verify(self)
        except ssl.SSLCertVerificationError:
            self.close()  # paho leaves it open
            raise


class _DatedObject(ssl.SSLObject):
    """The TLS object that asyncio uses."""

    def do_handshake(self) -> None:
        super().do_handshake()
        _verify(self)


DatedContext.sslsocket_class = _DatedSocket
DatedContext.sslobject_class = _DatedObject


def _verify(connection: _DatedSocket | _DatedObject) -> None:
    context: Any = connection.context
    context.dates.verify(_chain(connection))


def _chain(connection: _DatedSocket | _DatedObject) -> Iterator[Validity]:
    """Leaf first, authority last. Python 3.13 alone has a public name for it, without the dates."""
    inner: Any = connection._sslobj  # type: ignore[union-attr] # noqa: SLF001 - no public way to the chain
    for certificate in inner.get_verified_chain():
        info = certificate.get_info()
        names = [value for part in info["subject"] for name, value in part if name == "commonName"]
        yield Validity(
            ", ".join(names) or "?", _parse_date(info["notBefore"]), _parse_date(info["notAfter"])
        )


def _parse_date(text: str) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC)
