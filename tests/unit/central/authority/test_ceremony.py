"""The ceremony of keys as its people walk it: draft, sign apart, publish, and what is refused."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from central.__main__ import main
from tests.harness.ceremony_fixture import AT, CeremonyFixture

PROVINCE = (
    "config/84/*/* command/84/*/* silence/84/*/* routine/84/*/* priority/84/*/* emergency/84/*/* "
    "authority/84/*/*"
)


@pytest.fixture
def hall(tmp_path: Path) -> CeremonyFixture:
    return CeremonyFixture(tmp_path)


def build_small_tree(hall: CeremonyFixture) -> None:
    """Drafts root, targets, province 84 (two of two) and one commune below it."""
    hall.begin()
    hall.delegate(
        "vn.84", "giang", "ha", paths=PROVINCE, kinds="station-config command silence",
        ttl="400d", threshold=2,
    )  # fmt: skip
    hall.delegate(
        "vn.84.29266", "khoa", paths="routine/84/29266/* priority/84/29266/*",
        kinds="playlist cancel", ttl="45d",
    )  # fmt: skip


def publish_small_tree(hall: CeremonyFixture) -> None:
    build_small_tree(hall)
    hall.sign_and_publish("an", "binh", "dung", "em", "giang", "ha")


def test_holders_sign_copies_on_their_own_machines_and_no_threshold_is_passed_over(
    hall: CeremonyFixture,
) -> None:
    build_small_tree(hall)
    people = ("an", "binh", "dung", "em", "giang", "ha")
    sticks = {person: hall.copy(person) for person in people}
    for person, stick in sticks.items():
        code, output = hall.run("sign", "--yes", "--key", hall.key(person), folder=stick)
        assert code == 0, output
    for count in range(len(people)):
        # each stick brings one signature more; until the last, something is still missing
        code, output = hall.publish("--from", sticks[people[count]])
        assert (code == 0) is (count == len(people) - 1), output
        assert ("E_CEREMONY" in output) is (count < len(people) - 1)
    authority = hall.authority()
    assert set(authority.roles) == {"vn.84", "vn.84.29266"}
    (commune,) = authority.roles_for(hall.signer("khoa").public_key.keyid)
    assert [link.name for link in commune.chain] == ["vn.84", "vn.84.29266"]


def test_missing_signatures_are_reported_with_the_names_of_their_holders(
    hall: CeremonyFixture,
) -> None:
    build_small_tree(hall)
    hall.sign("an", "binh", "dung")
    code, output = hall.publish()
    assert code == 78
    assert "1.targets.json" in output
    assert re.search(r"còn thiếu 1 chữ ký; chưa ký: em", output)
    assert not (hall.folder / "metadata").exists()
    assert hall.shelf() == {}


def test_one_copy_of_another_draft_or_with_a_false_signature_is_not_taken(
    hall: CeremonyFixture,
) -> None:
    hall.begin()
    early = hall.copy("early")
    hall.run("sign", "--yes", "--key", hall.key("an"), folder=early)
    build = hall.folder / "draft" / "root.json"
    hall.do("renew", "root", "--days", 100)
    code, output = hall.publish("--from", early)
    assert code == 78
    assert "root" in output
    forged = hall.copy("forged")
    file = forged / "draft" / "root.json"
    text = json.loads(build.read_bytes())
    keyid = hall.signer("an").public_key.keyid
    text["signatures"] = [{"keyid": keyid, "sig": "00" * 64}]
    file.write_text(json.dumps(text))
    code, output = hall.publish("--from", forged)
    assert code == 78
    assert keyid[:8] in output
    assert json.loads(build.read_bytes())["signatures"] == []


def test_the_same_input_gives_the_same_bytes(hall: CeremonyFixture) -> None:
    publish_small_tree(hall)
    first = hall.copy("first")
    shutil.rmtree(hall.folder)
    hall.db.unlink()
    publish_small_tree(hall)
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert len(files) == 6  # root, targets, vn.84, snapshot, timestamp, and the log
    for file in files:
        assert (first / file).read_bytes() == (hall.folder / file).read_bytes()


def test_an_auditor_checks_the_log_with_sha256_alone(hall: CeremonyFixture) -> None:
    publish_small_tree(hall)
    text = (hall.folder / "log.txt").read_text("utf-8")
    blocks = re.findall(
        r"(#\d+ .*?\nprevious: ([0-9a-f]{64})\n)hash: ([0-9a-f]{64})\n", text, re.DOTALL
    )
    assert len(blocks) == 10  # init, two delegations, six signatures, one publication
    before = "0" * 64
    for block, previous, digest in blocks:
        assert previous == before
        assert hashlib.sha256(block.encode()).hexdigest() == digest
        before = digest
    assert "[vi]   GIAO QUYỀN cho vai trò vn.84:" in text
    assert "[en]   DELEGATES to role vn.84:" in text
    assert "$ tramtin-central authority delegate" in text
    assert f"--at {AT}" in text


@pytest.mark.parametrize(
    "harm",
    [
        lambda text: text.replace("an đã ký", "chi đã ký"),
        lambda text: text.replace("#4 ", "#5 ", 1),
        lambda text: text.split("#6 ")[0] + "#7 " + text.split("#7 ")[1],
        lambda text: text + "lời thêm\n",
    ],
)  # fmt: skip
def test_a_log_that_was_altered_stops_the_ceremony(
    hall: CeremonyFixture, harm: Callable[[str], str]
) -> None:
    build_small_tree(hall)
    hall.sign("an", "binh", "dung", "em", "giang")
    log = hall.folder / "log.txt"
    log.write_text(harm(log.read_text("utf-8")), "utf-8")
    for step in (("sign", "--yes", "--key", hall.key("ha")), ("show",), ("renew", "root")):
        code, output = hall.run(*step)
        assert code == 78
        assert "mục" in output


def test_the_description_is_shown_before_the_key_is_requested(hall: CeremonyFixture) -> None:
    build_small_tree(hall)
    words = ["authority", "sign", str(hall.folder), "--key", str(hall.key("dung"))]
    result = CliRunner().invoke(main, words, input="n\n")
    assert result.exit_code == 1
    shown = result.output
    assert "GIAO QUYỀN cho vai trò vn.84:" in shown
    assert "Phạm vi: mọi trạm của tỉnh 84: cấu hình, lệnh, ngắt tiếng" in shown
    assert "2 trong 2 phải ký: giang" in shown
    assert shown.index("Người giữ khoá") < shown.index("Ký bản thảo này?")
    assert json.loads((hall.folder / "draft" / "targets.json").read_bytes())["signatures"] == []


def test_an_unknown_key_signs_nothing_and_no_key_signs_twice(hall: CeremonyFixture) -> None:
    build_small_tree(hall)
    assert hall.run("sign", "--yes", "--key", hall.key("la"))[0] == 78
    hall.sign("an")
    assert hall.run("sign", "--yes", "--key", hall.key("an"))[0] == 78


def test_what_a_box_would_refuse_is_not_even_drafted(hall: CeremonyFixture) -> None:
    hall.begin()
    hall.sign_and_publish("an", "binh", "dung", "em")
    words = ["--path", "emergency/84/*/*", "--kind", "emergency", "--ttl", "1d"]
    code, output = hall.run("delegate", "vn.84.em", *words, "--holder", hall.holder("x"))
    assert (code, "vn.84" in output) == (78, True)  # no such parent
    code, output = hall.run("delegate", "vn.84", *words, "--holder", hall.holder("x"))
    assert code == 1
    assert "E_ROLE: vn.84" in output  # an emergency by one alone
    twice = ["--holder", hall.holder("x"), "--holder", f"x={hall.key('y').with_suffix('.pub')}"]
    code, output = hall.run("delegate", "vn.84", *words, *twice, "--threshold", 2)
    assert code == 1
    assert "E_ROLE: vn.84" in output  # one person with two keys
    assert not (hall.folder / "draft").exists()
    for bad in ("routine/84/*", "*/84/*/*", "routine/[0-9]/*/*", "music/84/*/*"):
        code, _ = hall.run(
            "delegate", "vn.84", "--path", bad, "--kind", "playlist", "--ttl", "1d",
            "--holder", hall.holder("x"),
        )  # fmt: skip
        assert code == 78


def test_narrow_only_narrows(hall: CeremonyFixture) -> None:
    publish_small_tree(hall)
    for wider in (
        ("--path", "routine/84/*/*"),
        ("--ttl", "46d"),
        ("--kind", "emergency"),
        ("--path", "routine/85/29266/*"),
    ):
        code, output = hall.run("narrow", "vn.84.29266", *wider)
        assert code == 78
        assert "delegate" in output
    hall.do(
        "narrow", "vn.84.29266", "--hours", "05:00-06:00", "--hours", "17:00-18:00",
        "--prio-max", "routine", "--ttl", "30d", "--path", "routine/84/29266/tv-cl-0007",
    )  # fmt: skip
    hall.sign_and_publish("giang", "ha")
    role = hall.authority().roles["vn.84.29266"]
    own = role.chain[-1]
    assert own.hours == ("05:00-06:00", "17:00-18:00")
    assert own.priority_max == "routine"
    assert role.max_ttl_s == 30 * 86_400
    assert own.paths == ("routine/84/29266/tv-cl-0007",)
    code, _ = hall.run("narrow", "vn.84.29266", "--hours", "04:59-06:00")
    assert code == 78
    assert hall.run("narrow", "vn.84.29266", "--prio-max", "priority")[0] == 78


def test_a_lost_key_is_replaced_and_the_epoch_rises(hall: CeremonyFixture) -> None:
    publish_small_tree(hall)
    hall.do("rotate", "vn.84.29266", "--new", hall.holder("lien"), "--lost")
    hall.sign_and_publish("giang", "ha")
    authority = hall.authority()
    assert authority.roles["vn.84.29266"].epoch == 2
    assert authority.roles_for(hall.signer("khoa").public_key.keyid) == ()
    assert len(authority.roles_for(hall.signer("lien").public_key.keyid)) == 1


def test_a_province_whose_key_is_replaced_signs_its_own_file_anew(hall: CeremonyFixture) -> None:
    publish_small_tree(hall)
    output = hall.do("rotate", "vn.84", "--old", "ha", "--new", hall.holder("hai"))
    assert "vn.84 bản 2: còn thiếu 2" in output
    hall.sign("dung", "em", "giang")
    assert hall.publish()[0] == 78
    hall.sign_and_publish("hai")
    assert hall.authority().versions["vn.84"] == 2
    assert hall.authority().versions["targets"] == 2


def test_a_new_root_is_signed_by_the_old_holders_and_by_the_new(hall: CeremonyFixture) -> None:
    publish_small_tree(hall)
    hall.do("rotate", "root", "--old", "an", "--new", hall.holder("phuc"))
    hall.do("rotate", "root", "--old", "binh", "--new", hall.holder("quyen"))
    hall.sign("phuc", "quyen")
    code, output = hall.publish()
    assert code == 78  # the new alone: no box that knows the old root would follow
    assert "còn thiếu 2 chữ ký" in output
    hall.sign("chi")
    assert hall.publish()[0] == 78
    hall.sign_and_publish("an")
    assert {"1.root.json", "2.root.json"} <= set(hall.shelf())
    assert hall.authority().versions["root"] == 2


def test_a_role_is_revoked_with_all_below_it_and_its_row_stays(hall: CeremonyFixture) -> None:
    publish_small_tree(hall)
    hall.do("revoke", "vn.84")
    hall.sign_and_publish("dung", "em")
    assert hall.authority().roles == {}
    snapshot = json.loads((hall.folder / "metadata" / "2.snapshot.json").read_bytes())
    assert set(snapshot["signed"]["meta"]) == {"targets.json", "vn.84.json"}
    assert snapshot["signed"]["meta"]["vn.84.json"] == {"version": 1}
    hall.delegate("vn.84", "giang", "ha", paths=PROVINCE, kinds="command", ttl="1d", threshold=2)
    hall.sign_and_publish("dung", "em", "giang", "ha")
    assert hall.authority().versions["vn.84"] == 2  # versions never repeat
    assert set(hall.authority().roles) == {"vn.84"}  # the commune does not come back by itself


def test_a_role_revoked_and_given_again_in_one_draft_has_no_former_children(
    hall: CeremonyFixture,
) -> None:
    publish_small_tree(hall)
    hall.do("revoke", "vn.84")
    hall.delegate("vn.84", "giang", "ha", paths=PROVINCE, kinds="command", ttl="1d", threshold=2)
    hall.sign_and_publish("dung", "em", "giang", "ha")
    assert set(hall.authority().roles) == {"vn.84"}


def test_a_role_that_comes_back_begins_above_every_epoch_that_it_ever_had(
    hall: CeremonyFixture,
) -> None:
    publish_small_tree(hall)
    commune = {"paths": "routine/84/29266/*", "kinds": "playlist", "ttl": "45d"}
    hall.do("rotate", "vn.84.29266", "--new", hall.holder("lien"), "--lost")
    hall.sign_and_publish("giang", "ha")
    hall.do("revoke", "vn.84.29266")
    hall.sign_and_publish("giang", "ha")
    assert "Kỷ: 3" in hall.delegate("vn.84.29266", "khoa", **commune)
    hall.do("revoke", "vn.84.29266")
    hall.delegate("vn.84.29266", "khoa", **commune)  # what was drafted only, no box has seen
    hall.sign_and_publish("giang", "ha")
    assert hall.authority().roles["vn.84.29266"].epoch == 3
    hall.do("revoke", "vn.84")  # and with it all below
    hall.sign_and_publish("dung", "em")
    hall.delegate("vn.84", "giang", "ha", paths=PROVINCE, kinds="command", ttl="1d", threshold=2)
    hall.delegate("vn.84.29266", "khoa", **commune)
    hall.delegate("vn.84.29299", "khoa", **{**commune, "paths": "routine/84/29299/*"})
    hall.sign_and_publish("dung", "em", "giang", "ha")
    epochs = {name: role.epoch for name, role in hall.authority().roles.items()}
    assert epochs == {"vn.84": 2, "vn.84.29266": 4, "vn.84.29299": 1}


def test_a_role_that_has_delegated_keeps_its_file(hall: CeremonyFixture) -> None:
    publish_small_tree(hall)
    code, output = hall.run("delegate", "vn.84", "--path", "config/84/*/*")
    assert code == 78
    assert "authority/" in output


def test_a_key_is_taken_away_only_while_the_others_can_still_sign(hall: CeremonyFixture) -> None:
    publish_small_tree(hall)
    code, output = hall.run("revoke", "vn.84", "--key", "ha")
    assert code == 78
    assert "rotate" in output
    output = hall.do("revoke", "root", "--key", "chi")
    old, new = (line for line in output.splitlines() if line.startswith("root ("))
    assert "chi (" in old  # who leaves may still sign that they leave, for the old root counts too
    assert "chi (" not in new
    assert "Giữ khoá gốc: 2 trong 3 phải ký: an" in output
    hall.sign_and_publish("an", "binh")
    root = json.loads((hall.folder / "metadata" / "2.root.json").read_bytes())["signed"]
    assert "chi" not in root["x-holders"].values()
    assert len(root["roles"]["root"]["keyids"]) == 2


def test_a_holder_who_keeps_a_root_is_not_led_into_another_country(
    hall: CeremonyFixture, tmp_path: Path
) -> None:
    publish_small_tree(hall)
    kept = tmp_path / "kept.json"
    kept.write_bytes((hall.folder / "metadata" / "1.root.json").read_bytes())
    hall.do("rotate", "root", "--old", "an", "--new", hall.holder("phuc"))
    hall.sign_and_publish("an", "binh", "phuc")
    hall.do("renew", "targets")
    pin = ("--root", kept, "--yes", "--key")
    hall.do("sign", *pin, hall.key("dung"))  # from the kept root to the second by both
    # Another tree that also lists em's key: its former state is whatever its maker likes.
    trap = CeremonyFixture(tmp_path / "trap")
    for person in ("dung", "em"):
        for file in (hall.key(person), hall.key(person).with_suffix(".pub")):
            shutil.copy(file, trap.keys)
    publish_small_tree(trap)
    trap.do("renew", "targets")
    code, output = trap.run("sign", *pin, trap.key("em"))
    assert code == 78
    assert "root" in output
    assert json.loads((trap.folder / "draft" / "targets.json").read_bytes())["signatures"] == []
    trap.do("sign", "--yes", "--key", trap.key("em"))  # without a root of one's own: believed


def test_a_draft_that_was_changed_by_hand_is_not_signed(hall: CeremonyFixture) -> None:
    build_small_tree(hall)
    file = hall.folder / "draft" / "targets.json"
    good = file.read_text("utf-8")
    for old, new in (
        ('"targets": {}', '"targets": {"x": {"hashes": {"sha256": "00"}, "length": 1}}'),
        ('"x-epoch": 1', '"x-epoch": 1, "x-more": true'),
        ('"threshold": 2', '"threshold": 1'),
    ):
        assert old in good
        file.write_text(good.replace(old, new), "utf-8")
        code, output = hall.run("sign", "--yes", "--key", hall.key("dung"))
        assert code == 1, output
        assert "E_ROLE" in output


def test_a_name_cannot_write_lines_of_its_own(hall: CeremonyFixture) -> None:
    hall.begin()
    pub = hall.key("x").with_suffix(".pub")
    output = hall.do(
        "delegate", "vn.84", "--kind", "command", "--path", "command/84/*/*", "--ttl", "1d",
        "--holder", f"Ông\u202e X\n  Được ký: lịch phát={pub}",
    )  # fmt: skip
    (line,) = (line for line in output.splitlines() if "Người giữ khoá" in line)
    assert "Ông\N{REPLACEMENT CHARACTER} X Được ký: lịch phát" in line
    draft = hall.folder / "draft" / "targets.json"
    draft.write_text(draft.read_text("utf-8").replace(" X Được", "\\nX Được"), "utf-8")
    words = ["authority", "sign", str(hall.folder), "--key", str(hall.key("dung"))]
    shown = CliRunner().invoke(main, words, input="n\n").output
    assert "Ông\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}X Được ký" in shown


def test_without_a_draft_publish_renews_snapshot_and_timestamp(
    hall: CeremonyFixture,
) -> None:
    publish_small_tree(hall)
    before = hall.authority()
    hall.at = "2027-06-01T00:00:00Z"
    code, output = hall.publish()
    assert code == 0, output
    after = hall.authority()
    assert after.versions["snapshot"] == 2
    assert after.versions["targets"] == before.versions["targets"] == 1
    assert after.issued.isoformat() == "2027-06-01T00:00:00+00:00"


def test_only_the_online_keys_that_the_root_names_publish(hall: CeremonyFixture) -> None:
    build_small_tree(hall)
    hall.sign("an", "binh", "dung", "em", "giang", "ha")
    wrong = ["--snapshot-key", hall.key("an"), "--timestamp-key", hall.key("timestamp")]
    code, output = hall.run("publish", "--db", hall.db, *wrong)
    assert code == 78
    assert "snapshot" in output


def test_show_draws_who_may_sign_what_for_where_until_when_and_who_holds_the_keys(
    hall: CeremonyFixture,
) -> None:
    hall.at = None
    publish_small_tree(hall)
    output = hall.do("show")
    picture = output.splitlines()
    assert picture[2].startswith("root · v1 · đến ")
    assert any(line.startswith("└── targets · v1 · đến ") for line in picture)
    assert any(line.startswith("    └── vn.84 · v1 · đến ") for line in picture)
    assert "        └── vn.84.29266" in picture
    assert "                Được ký: lịch phát, huỷ" in picture
    where = "Phạm vi: mọi trạm của xã 29266 (tỉnh 84): thông thường, ưu tiên"
    assert f"                {where}" in picture
    keyid = hall.signer("khoa").public_key.keyid[:8]
    holders = f"Người giữ khoá: 1 trong 1 phải ký: khoa ({keyid})"
    assert f"                {holders}" in picture
    assert "Sổ lễ ký: 10 mục, nguyên vẹn" in output
    assert "NHẮC" not in output
    assert "May sign: playlist, cancel" in hall.do("show", "--lang", "en")


def test_what_expires_is_reported_months_before(hall: CeremonyFixture) -> None:
    hall.at = None
    build_small_tree(hall)
    hall.do("renew", "targets", "--days", 119)
    hall.do("renew", "vn.84", "--days", 20)
    hall.sign_and_publish("an", "binh", "dung", "em", "giang", "ha")
    output = hall.do("show")
    assert re.search(r"^NHẮC: targets hết hạn \d\d/\d\d/\d{4}, còn 118 ngày", output, re.MULTILINE)
    assert re.search(r"^GẤP: vn.84 hết hạn .*, còn 19 ngày", output, re.MULTILINE)
    assert "root hết hạn" not in output
    shown = CliRunner().invoke(
        main, ["show", "--db", str(hall.db), "issues", "--format", "json"]
    ).output  # fmt: skip
    rows = json.loads(shown)["issues"]
    issues = {(row["kind"], row["subject"], row["severity"]) for row in rows}
    assert issues == {
        ("authority_expires", "targets", "warning"),
        ("authority_expires_soon", "vn.84", "fault"),
    }


def test_a_timestamp_that_is_not_renewed_is_an_issue_of_the_centre(hall: CeremonyFixture) -> None:
    hall.at = "2026-01-01T00:00:00Z"
    publish_small_tree(hall)
    shown = CliRunner().invoke(
        main, ["show", "--db", str(hall.db), "issues", "--format", "json"]
    ).output  # fmt: skip
    assert "authority_stale" in {row["kind"] for row in json.loads(shown)["issues"]}
