"""The centre's commands as a person or a script calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.contract.document import Policy, StationConfig
from central.__main__ import main
from central.database import Database
from central.sign import encode_document

HEADER = {
    "kind": "station-config",
    "issuer": "vn.84",
    "class_": "config",
    "to": ["84/29266/tv-cl-0007"],
    "doc_id": "ab" * 16,
    "slot": "chinh",
    "epoch": 1,
    "seq": 3,
    "issued": "2026-11-22T08:00:00Z",
    "not_before": "2026-11-22T08:00:00Z",
    "expires": "2027-01-22T08:00:00Z",
}


@pytest.fixture
def payload(tmp_path: Path) -> Path:
    document = StationConfig(
        **HEADER,  # type: ignore[arg-type] # the header's own fields
        place="84/29266/tv-cl-0007",
        groups=["xa-29266"],
        zones=[],
        policy=Policy(quiet_hours=["21:00-05:00"]),
    )
    path = tmp_path / "config.json"
    path.write_bytes(encode_document(document))
    return path


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return result.exit_code, result.output


def new_key(path: Path) -> Path:
    assert run("keys", "new", path, "--passphrase", "bí mật")[0] == 0
    return path


def sign(file: Path, key: Path, *more: str) -> tuple[int, str]:
    return run("sign", file, "--key", key, "--yes", "--passphrase", "bí mật", *more)


def test_signing_first_says_in_vietnamese_what_it_will_do(payload: Path, tmp_path: Path) -> None:
    code, said = sign(payload, new_key(tmp_path / "k.pem"), "--kind", "station-config")
    assert code == 0
    assert "21:00" in said
    assert "84" in said


def test_two_people_sign_one_after_the_other(payload: Path, tmp_path: Path) -> None:
    one, two = new_key(tmp_path / "1.pem"), new_key(tmp_path / "2.pem")
    first, both = tmp_path / "first", tmp_path / "both"
    assert sign(payload, one, "--kind", "station-config", "--out", str(first))[0] == 0
    assert sign(first, two, "--out", str(both))[0] == 0
    assert len(json.loads(both.read_bytes())["signatures"]) == 2
    assert sign(both, two)[0] == 1  # nobody signs twice


def test_without_a_yes_nothing_is_signed(payload: Path, tmp_path: Path) -> None:
    key = new_key(tmp_path / "k.pem")
    result = CliRunner().invoke(
        main, ["sign", str(payload), "--key", str(key), "--kind", "station-config"], input="n\n"
    )
    assert result.exit_code == 1
    assert not payload.with_suffix(".signed").exists()


def test_a_wrong_passphrase_is_a_message_and_not_a_traceback(payload: Path, tmp_path: Path) -> None:
    key = new_key(tmp_path / "k.pem")
    code, said = run(
        "sign", payload, "--key", key, "--kind", "station-config", "--yes", "--passphrase", "no"
    )
    assert code == 78
    assert "E_KEY" in said


def test_what_is_published_is_kept_for_its_target(payload: Path, tmp_path: Path) -> None:
    signed, db = tmp_path / "signed", tmp_path / "central.db"
    sign(payload, new_key(tmp_path / "k.pem"), "--kind", "station-config", "--out", str(signed))
    code, said = run("publish", signed, "--db", db, "--station", "tv-cl-0007")
    assert (code, said.strip()) == (0, "tramtin/1/d/tv-cl-0007/station-config/chinh")
    assert run("publish", signed, "--db", db)[0] == 78


def test_a_program_reads_the_tables_as_json(tmp_path: Path) -> None:
    db = tmp_path / "central.db"
    Database.open(db).close()
    code, said = run("show", "--db", db, "plays", "gaps", "--format", "json")
    assert (code, json.loads(said)) == (0, {"plays": [], "gaps": []})
