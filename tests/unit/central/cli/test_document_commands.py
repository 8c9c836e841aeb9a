"""The centre's commands as a person or a script calls them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.contract.document import StationConfig
from agent.contract.station_policy import StationPolicy
from central.__main__ import main
from central.authority.demo_authority import make_demo_authority
from central.documents.sign import encode_document
from central.store.database import Database
from tests.harness.centre_records import GROUP, note_collector, prepare_centre

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
        policy=StationPolicy(quiet_hours=["21:00-05:00"]),
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


def test_signing_first_describes_the_effect_in_vietnamese(payload: Path, tmp_path: Path) -> None:
    code, output = sign(payload, new_key(tmp_path / "k.pem"), "--kind", "station-config")
    assert code == 0
    assert "21:00" in output
    assert "84" in output


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
    code, output = run(
        "sign", payload, "--key", key, "--kind", "station-config", "--yes", "--passphrase", "no"
    )
    assert code == 78
    assert "E_KEY" in output


def test_what_is_published_is_kept_for_its_target(payload: Path, tmp_path: Path) -> None:
    signed, db = tmp_path / "signed", tmp_path / "central.db"
    sign(payload, new_key(tmp_path / "k.pem"), "--kind", "station-config", "--out", str(signed))
    note_collector(db)
    code, output = run("publish", signed, "--db", db, "--station", "tv-cl-0007")
    assert code == 0
    assert output.strip().endswith("tramtin/1/d/tv-cl-0007/station-config/chinh")
    assert run("publish", signed, "--db", db)[0] == 78


def test_a_program_reads_the_tables_as_json(tmp_path: Path) -> None:
    db = tmp_path / "central.db"
    Database.open(db).close()
    code, output = run("show", "--db", db, "plays", "gaps", "--format", "json")
    assert (code, json.loads(output)) == (0, {"plays": [], "gaps": []})


def demo_keys(tmp_path: Path) -> tuple[Path, dict[str, Path]]:
    made = make_demo_authority(tmp_path / "authority", "bí mật")
    files = {path.name.removesuffix(".pem"): path for keys in made.keys.values() for path in keys}
    return made.pinned, files


def draft_silence(tmp_path: Path, *more: str) -> Path:
    out = tmp_path / "ngat.json"
    code, output = run(
        "draft", "silence", "--issuer", "vn.84", "--to", "84/29266/*", "--why", "thử",
        "--out", out, *more,
    )  # fmt: skip
    assert code == 0, output
    return out


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"--issuer": "vn.84.em"}, "E_SCOPE"),
        ({"--issuer": "vn.85"}, "E_ROLE"),
        ({"--to": "85/*/*"}, "E_SCOPE"),
        ({"--to": "*/*/*"}, "E_SCOPE"),
        ({"--for": "1100h"}, "E_TTL"),
    ],
)
def test_what_the_root_grants_to_no_role_is_refused_before_a_key_is_requested(
    tmp_path: Path, change: dict[str, str], code: str
) -> None:
    root, keys = demo_keys(tmp_path)
    out = draft_silence(tmp_path, *(word for pair in change.items() for word in pair))
    if "--to" in change:  # the option adds to what is there
        text = json.loads(out.read_text())
        out.write_text(json.dumps({**text, "to": [change["--to"]]}))
    exit_code, output = sign(out, keys["vn.84.1"], "--kind", "silence", "--root", str(root))
    assert exit_code == 1
    assert code in output
    assert not out.with_suffix(".signed").exists()


def test_a_key_of_another_role_signs_nothing_and_the_right_people_are_named(tmp_path: Path) -> None:
    root, keys = demo_keys(tmp_path)
    out = draft_silence(tmp_path)
    code, output = sign(out, keys["vn.84.29266.1"], "--kind", "silence", "--root", str(root))
    assert code == 1
    holders = {
        name
        for role in json.loads(root.read_text())["roles"]
        if role["name"] == "vn.84"
        for name in role["holders"].values()
    }
    assert len(holders) == 2
    assert all(name in output for name in holders)
    assert not out.with_suffix(".signed").exists()


def test_the_folder_of_a_ceremony_names_who_must_sign_as_a_pinned_root_does(tmp_path: Path) -> None:
    pinned, keys = demo_keys(tmp_path)
    out, signed, db = draft_silence(tmp_path), str(tmp_path / "signed"), tmp_path / "c.db"
    prepare_centre(db)
    for root in (pinned, pinned.parent / "ceremony"):
        codes = []
        assert sign(out, keys["vn.84.29266.1"], "--kind", "silence", "--root", str(root))[0] == 1
        given: tuple[str, ...] = ("--kind", "silence", "--root", str(root), "--out", signed)
        code, output = sign(out, keys["vn.84.1"], *given)
        assert code == 0
        assert "Kỹ thuật trung tâm tỉnh (demo)" in output  # who still must
        codes.append(run("publish", signed, "--db", db, "--group", GROUP, "--root", root)[0])
        assert sign(Path(signed), keys["vn.84.2"], *given[2:])[0] == 0
        codes.append(run("publish", signed, "--db", db, "--group", GROUP, "--root", root)[0])
        assert codes == [1, 0]


def test_an_invalid_signature_is_reported_and_not_counted(tmp_path: Path) -> None:
    root, keys = demo_keys(tmp_path)
    out = draft_silence(tmp_path)
    assert sign(out, keys["vn.84.1"], "--kind", "silence", "--out", str(tmp_path / "1"))[0] == 0
    envelope = json.loads((tmp_path / "1").read_bytes())
    good = envelope["signatures"][0]["sig"]
    envelope["signatures"][0]["sig"] = ("B" if good[0] == "A" else "A") + good[1:]
    (tmp_path / "1").write_text(json.dumps(envelope))
    code, output = sign(tmp_path / "1", keys["vn.84.2"], "--root", str(root), "--out",
                      str(tmp_path / "2"))  # fmt: skip
    assert code == 0
    assert "CHÚ Ý" in output
    published = run("publish", tmp_path / "2", "--db", tmp_path / "c.db", "--group", "xa-29266",
                    "--root", root)  # fmt: skip
    assert published[0] == 1
    assert "E_THRESHOLD" in published[1]


@pytest.mark.parametrize("minutes", [-31, 6])
def test_an_emergency_out_of_its_window_is_not_handed_out(tmp_path: Path, minutes: int) -> None:
    root, keys = demo_keys(tmp_path)
    out = tmp_path / "em.json"
    assert run("draft", "emergency", "--issuer", "vn.84.em", "--to", "84/29266/*", "--show", "LŨ",
               "--out", out)[0] == 0  # fmt: skip
    text = json.loads(out.read_text())
    issued = datetime.now(UTC) + timedelta(minutes=minutes)
    moments = {"issued": issued, "not_before": issued, "expires": issued + timedelta(hours=1)}
    codes = {name: f"{at:%Y-%m-%dT%H:%M:%SZ}" for name, at in moments.items()}
    out.write_text(json.dumps({**text, **codes}))
    signed = tmp_path / "em.signed"
    for number in ("1", "2"):
        source = ("--kind", "emergency") if number == "1" else ()
        file = out if number == "1" else signed
        assert sign(file, keys[f"vn.84.em.{number}"], *source, "--root", str(root), "--out",
                    str(signed))[0] == 0  # fmt: skip
    code, output = run("publish", signed, "--db", tmp_path / "c.db", "--group", "xa-29266")
    assert code == 1
    assert "E_TIME" in output


def test_a_trees_root_alone_is_refused_and_its_folder_accepted(tmp_path: Path) -> None:
    made = make_demo_authority(tmp_path / "authority", "bí mật")
    out = draft_silence(tmp_path)
    key, kind = made.keys["vn.84"][0], ("--kind", "silence")
    alone = tmp_path / "root.json"
    alone.write_bytes(made.root.read_bytes())
    code, output = sign(out, key, *kind, "--root", str(alone))
    assert (code, "E_USAGE" in output) == (78, True)
    assert sign(out, key, *kind, "--root", str(made.ceremony))[0] == 0
    assert sign(out, key, *kind, "--root", str(made.root))[0] == 0
