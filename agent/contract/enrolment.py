"""What a box and the centre say to each other when a box is enrolled, and when it renews.

HTTPS and JSON. The form is RFC 8628's device grant (a short code, a poll token, `interval_s`) with
a PKCS#10 request instead of an access token. The centre refuses members that it does not know; a
box ignores those of a newer centre.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from agent.contract.envelope import pae

PATH = "/enrol/v1"
REQUESTS_PATH = f"{PATH}/requests"
NONCES_PATH = f"{PATH}/nonces"
RENEWALS_PATH = f"{PATH}/renewals"
CRL_PATH = f"{PATH}/crl"

REQUEST_LIFE_S = 900
POLL_INTERVAL_S = 5
SLOW_DOWN_S = 5  # added to the interval of who polls too fast, as RFC 8628 §3.5
NONCE_LIFE_S = 120
CERTIFICATE_DAYS = 90
RENEW_FROM_DAY = 60
RENEW_LATE_DAYS = 30  # behind the end of a certificate whose key is known

MAX_ASKED_BYTES = 16 * 1024  # the body of what a box sends
MAX_ANSWERED_BYTES = 1024 * 1024  # with a station-config of 256 KiB and a root
MAX_CSR_BYTES = 4096

# No vowels, so no word comes about by chance; no two letters look alike (RFC 8628 §6.1).
CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
CODE_LENGTH = 8
USER_CODE = re.compile(rf"[{CODE_LETTERS}]{{4}}-[{CODE_LETTERS}]{{4}}\Z")
SERIAL = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"

RENEWAL_TYPE = "application/vnd.tramtin.enrol-renewal.v1+json"

RequestState = Literal["pending", "approved", "denied", "expired"]
Line = Annotated[str, Meta(max_length=120)]
Pem = Annotated[str, Meta(max_length=MAX_CSR_BYTES)]


class OpenRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`POST /enrol/v1/requests`: a box asks to be enrolled.

    Args:
        serial: of the box, as printed on it or read from its processor.
        model: of the box.
        agent_version: `agent.__version__`.
        csr: PKCS#10 in PEM, of a P-256 key that was made on the box.
        place: where it stands, as the technician typed it; only shown.
        features: names of `agent.contract.feature` that the box has.
    """

    serial: Annotated[str, Meta(pattern=SERIAL)]
    model: Line
    agent_version: Annotated[str, Meta(max_length=32)]
    csr: Pem
    place: Line = ""
    features: Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(max_length=128)] = []


class RequestOpened(msgspec.Struct, frozen=True):
    """201: the code that people read, and the token under which the box alone asks on.

    Args:
        request: its id, for the path.
        poll_token: secret; sent as `Authorization: Bearer`.
        user_code: `WDJB-MJHT`.
        page: the address that people open, without the code.
        page_with_code: the same with the code, for a QR.
        expires_s: seconds until the request ends.
        interval_s: shortest pause between two polls.
    """

    request: str
    poll_token: str
    user_code: str
    page: str
    page_with_code: str
    expires_s: int
    interval_s: int


class BrokerAddress(msgspec.Struct, frozen=True):
    """Where the broker listens, with TLS."""

    host: str
    port: int


class EnrolmentGrant(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that makes a box a station.

    Args:
        station: its id, the common name of the certificate.
        certificate: PEM, for the key of the request.
        device_ca: PEM of the authority that issued `certificate`.
        broker_ca: PEM of the authority that issued the broker's certificate.
        broker: where it listens.
        root: base64 of the bytes of root.json, the one that the province hands out on paper.
        root_sha256: of those bytes, hex.
        enrol_url: `https://host[:port]`, for renewals.
        valid_until: UTC, the end of the certificate.
        province: code of the province; only its roles may give the box its first place.
        station_config: base64 of the signed envelope as the broker would deliver it; None: it comes
            by the broker.
        media_hosts: names of the hosts from which media come.
    """

    station: str
    certificate: str
    device_ca: str
    broker_ca: str
    broker: BrokerAddress
    root: str
    root_sha256: str
    enrol_url: str
    valid_until: str
    province: str | None = None
    station_config: str | None = None
    media_hosts: list[str] = []


class RequestStatus(msgspec.Struct, frozen=True, omit_defaults=True):
    """200 for a poll; `granted` comes with `approved`, until the box has acknowledged it."""

    state: RequestState
    interval_s: int
    granted: EnrolmentGrant | None = None


class Nonce(msgspec.Struct, frozen=True):
    """`POST /enrol/v1/nonces`: what a renewal must contain; it counts once."""

    nonce: str
    expires_s: int


class RenewalRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /enrol/v1/renewals`: signed by the key of the certificate that is renewed.

    Args:
        csr: PKCS#10 in PEM, of the same key or of a new one.
        certificate_serial: of the certificate that is renewed, hex without leading zeros.
        nonce: of the centre.
        at: UTC by the box's clock; not judged, a box may lack the time.
        signature: base64 of the DER signature over `renewal_bytes`.
    """

    csr: Pem
    certificate_serial: Annotated[str, Meta(pattern=r"^[0-9a-f]{1,40}$")]
    nonce: Annotated[str, Meta(max_length=64)]
    at: Annotated[str, Meta(max_length=32)]
    signature: Annotated[str, Meta(max_length=256)]


class Renewed(msgspec.Struct, frozen=True):
    """201 for a renewal.

    Args:
        certificate: PEM.
        device_ca: PEM of its authority.
        broker_ca: PEM of the authority that issued the broker's certificate.
        valid_until: UTC.
    """

    certificate: str
    device_ca: str
    broker_ca: str
    valid_until: str


class EnrolmentRefusal(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of every answer above 399.

    Args:
        code: stable, `enrol-...`.
        text_vi: for people.
        text_en: for people.
        interval_s: with 429: the pause from now on.
    """

    code: str
    text_vi: str
    text_en: str
    interval_s: int | None = None


def renewal_bytes(csr: str, certificate_serial: str, nonce: str, at: str) -> bytes:
    """What the known key signs (ECDSA with SHA-256): DSSE's PAE of these four, in this order."""
    body = {"csr": csr, "certificate_serial": certificate_serial, "nonce": nonce, "at": at}
    return pae(RENEWAL_TYPE, msgspec.json.encode(body))


def normalise_code(text: str) -> str | None:
    """`wdjb mjht` as `WDJB-MJHT`; None: eight letters of the code are not in it."""
    letters = re.sub(r"[\s-]", "", text).upper()
    code = f"{letters[:4]}-{letters[4:]}"
    return code if USER_CODE.match(code) else None
