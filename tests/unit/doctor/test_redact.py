from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from agent.doctor.redact import find_secrets, keep_certificates, redact

PEM = generate_private_key(SECP256R1()).private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
)
TRADITIONAL = generate_private_key(SECP256R1()).private_bytes(
    Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
)
CERTIFICATE = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize("pem", [PEM, TRADITIONAL, PEM[:100]], ids=["pkcs8", "sec1", "cut off"])
def test_a_private_key_is_taken_out_whole_or_cut_off(pem: bytes) -> None:
    clean = redact(b"before\n" + pem, ())
    assert clean.startswith(b"before\n")
    assert b"PRIVATE" not in clean
    assert pem.splitlines()[1] not in clean


def test_what_stands_behind_a_key_is_kept() -> None:
    assert redact(PEM + b"after", ()).endswith(b"after")


def test_secrets_are_redacted_everywhere() -> None:
    assert b"271828" not in redact("pin 271828, số 271828".encode(), {"271828"})


@pytest.mark.parametrize("line", ["pin: 271828", 'page: {pin: "271828"}', "  pin: '271828'"])
def test_the_pin_is_found_in_a_file_whose_settings_are_faulty(line: str) -> None:
    assert find_secrets(None, f"staton: x\n{line}\n") == {"271828"}


def test_of_a_pem_file_only_certificates_are_kept() -> None:
    assert keep_certificates(PEM + CERTIFICATE + PEM) == CERTIFICATE
