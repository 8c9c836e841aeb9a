"""Holders whose keys never leave a PKCS#11 token: SoftHSM in the token's place."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from securesystemslib.signer import Signature

from agent.contract.envelope import pae
from central.__main__ import main
from central.authority.ceremony.holder_key import read_public
from central.documents.sign import open_envelope
from tests.harness.ceremony_fixture import CeremonyFixture

PIN = "271828"
PATHS = ("--path", "config/84/*/*", "--path", "authority/84/*/*", "--only-delegates")


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a token with one P-256 key, made by the token itself.

    For the whole module: a PKCS#11 library reads its settings once a process.
    """
    folder = tmp_path_factory.mktemp("softhsm")
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder}\nobjectstore.backend = file\n")
    library = next(path for path in Path("/usr/lib").rglob("libsofthsm2.so"))
    patch = pytest.MonkeyPatch()
    patch.setenv("SOFTHSM2_CONF", str(settings))
    patch.setenv("PYKCS11LIB", str(library))
    tool = shutil.which("softhsm2-util")
    assert tool is not None, "the Debian package softhsm2"
    subprocess.run(
        [tool, "--init-token", "--free", "--label", "so-cua-an", "--so-pin", PIN, "--pin", PIN],
        check=True, capture_output=True,
    )  # fmt: skip
    import pkcs11
    from pkcs11.util.ec import encode_named_curve_parameters

    found = pkcs11.lib(str(library)).get_token(token_label="so-cua-an")  # noqa: S106 - a name
    with found.open(rw=True, user_pin=PIN) as session:
        curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
        parameters = session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True)
        parameters.generate_keypair(store=True, id=b"\x02", label="an")
    yield "hsm:2?label=so-cua-an"
    patch.undo()


def run(*words: object, given: str | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(word) for word in words], input=given)
    return result.exit_code, result.output


@pytest.fixture
def hall(tmp_path: Path, token: str) -> CeremonyFixture:
    """Root and targets are held with one key on a token and one in a file each."""
    hall = CeremonyFixture(tmp_path, at=None)
    pub = hall.keys / "an.pub"
    code, output = run("keys", "show", token, "--passphrase", PIN, "--out", pub)
    assert code == 0, output
    words: list[object] = []
    for role in ("root", "targets"):
        words += [f"--{role}", f"An={pub}", f"--{role}", hall.holder("binh")]
        words += [f"--{role}-threshold", 2]
    for role in ("timestamp", "snapshot"):
        words += [f"--{role}", hall.key(role).with_suffix(".pub")]
    hall.do("init", *words)
    return hall


def test_a_token_shows_its_public_key_and_signs_what_boxes_take(
    hall: CeremonyFixture, token: str
) -> None:
    holders = ["--holder", hall.holder("giang")]
    hall.do("delegate", "vn.84", *PATHS, "--ttl", "1d", *holders)
    hall.sign("binh", "giang")
    code, output = hall.run("sign", "--yes", "--key", token, "--passphrase", PIN)
    assert code == 0, output
    assert "An đã ký: root, targets" in output
    code, output = hall.publish()
    assert code == 0, output
    assert set(hall.authority().roles) == {"vn.84"}


def test_a_token_signs_a_schedule_and_a_wrong_pin_is_a_message(token: str, tmp_path: Path) -> None:
    days = f"from: {date.today()}\nuntil: {date.today() + timedelta(days=3)}\n"  # noqa: DTZ011 - any day
    text = 'items:\n  - {title: Họp, at: "05:30", say: "Mời bà con đi họp."}\n'
    source = tmp_path / "lich.yaml"
    source.write_text(f'slot: tuan\nto: ["84/29266/*"]\n{days}{text}')
    words = ["sign", source, "--key", token, "--issuer", "vn.84.29266", "--media-dir", tmp_path]
    assert run(*words, given="y\n000000\n")[0] == 78
    code, output = run(*words, given=f"y\n{PIN}\n")
    assert code == 0, output
    envelope = open_envelope((tmp_path / "lich.signed").read_bytes())
    (signature,) = envelope.signatures
    public = read_public(token, lambda: PIN)
    raw = base64.b64decode(signature.sig).hex()
    signed = pae(envelope.payloadType, envelope.payload_bytes())
    public.verify_signature(Signature(public.keyid, raw), signed)


def test_the_pin_is_asked_for_after_the_words_and_a_wrong_one_is_a_message(
    hall: CeremonyFixture, token: str
) -> None:
    words = ("authority", "sign", hall.folder, "--key", token)
    code, output = run(*words, given="y\n000000\n")
    assert code == 78
    assert "E_KEY" in output
    assert output.index("Giữ khoá gốc: 2 trong 2") < output.index("Mật khẩu hoặc mã PIN")
    assert run(*words, given=f"y\n{PIN}\n")[0] == 0


def test_a_token_that_is_not_there_is_a_message(hall: CeremonyFixture) -> None:
    code, output = hall.run("sign", "--yes", "--key", "hsm:2?label=khac", "--passphrase", PIN)
    assert code == 78
    assert re.search(r"E_KEY: .*khac", output)


def test_the_key_on_the_token_is_p_256(hall: CeremonyFixture, token: str) -> None:
    code, output = run("keys", "show", token, "--passphrase", PIN)
    assert code == 0
    keyid, scheme = output.split()
    assert scheme == "ecdsa-sha2-nistp256"
    assert keyid in (hall.keys / "an.pub").read_text()
