from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from central.testbed.certificates import make_demo_ca


def load(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_a_device_carries_its_station_id_on_a_p_256_key(tmp_path: Path) -> None:
    device = load(make_demo_ca(tmp_path).issue_device("tv-cl-0007").cert)
    names = device.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert [name.value for name in names] == ["tv-cl-0007"]
    key = device.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"


def test_the_server_is_known_as_loopback_and_localhost(tmp_path: Path) -> None:
    server = load(make_demo_ca(tmp_path).issue_server("broker").cert)
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(ip) for ip in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]


def test_every_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    authority = make_demo_ca(tmp_path)
    authority.issue_centre()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"ca.pem": 0o600, "ca.key": 0o600, "centre.pem": 0o600, "centre.key": 0o600}


@pytest.mark.parametrize("name", ["+", "#", "tv/cl", "centre", "TV-CL-0007", "abc", ""])
def test_a_name_that_would_widen_the_access_rules_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="station id"):
        make_demo_ca(tmp_path).issue_device(name)
