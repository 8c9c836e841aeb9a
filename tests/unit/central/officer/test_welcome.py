"""`welcome` from the first question to the last, cut off at each, and answered wrongly."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from agent.contract.fingerprint_words import WORDS, words_of
from central.__main__ import main
from central.authority.ceremony.holder_key import load_pub
from central.authority.ceremony.key_card import parse_card
from central.documents.audio_tools import make_melody
from central.documents.sign import open_envelope
from central.officer.profile import Profile, load_profile
from tests.harness.welcomed_officer import (
    CARD,
    KEY,
    PASSPHRASE,
    PRACTICE,
    ROLE,
    WHO,
    Centre,
    answers,
    open_centre,
)

SCHEDULE = """\
slot: tuan
to: ["84/29266/*"]
from: 2026-12-02
until: 2036-12-08
items:
  - {title: Họp, at: "05:30", say: "Mời bà con đi họp."}
"""


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return open_centre(tmp_path / "trung-tam")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of the officer; relative names of files are looked up beside it."""
    monkeypatch.setenv("TRAMTIN_PROFILE", str(tmp_path / "may"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "may"


def run(words: str, typed: Sequence[str] = ()) -> tuple[int, str]:
    result = CliRunner().invoke(main, words.split(), input="".join(f"{one}\n" for one in typed))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def profile_in(home: Path) -> Profile:
    found = load_profile(home)
    assert found is not None
    return found


def files_in(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in home.iterdir() if path.is_file()}


def test_a_new_officer_gets_from_nothing_to_a_signed_schedule(
    centre: Centre, home: Path, tmp_path: Path
) -> None:
    code, said = run("welcome", answers(centre))
    assert code == 0, said
    for told in (
        "Sáu từ khớp", "chưa có trong cây", "“Kính mời một trăm hai mươi hộ ấp ba",
        "ĐÚNG, nhận lịch",        "Hộp nói: E_THRESHOLD", "TỪ CHỐI", "E_HOURS",
    ):  # fmt: skip
        assert told in said, told
    assert {*files_in(home)} >= {
        "profile.yaml", "khoa.pem", "khoa.pub", "khoa.txt", "khoa-qr.png", "khoa-qr.svg",
        "root.json", "root-pinned.json", "lich-tap.yaml", "lich-tap.svg",
    }  # fmt: skip
    assert (home / "khoa.pem").stat().st_mode & 0o077 == 0
    with pytest.raises(TypeError, match=r"[Pp]assword"):
        load_pem_private_key((home / "khoa.pem").read_bytes(), None)

    # the centre takes the key in, as it was pasted, and publishes
    words = " ".join(words_of(str(profile_in(home).keyid), 6))
    pasted = (home / "khoa.txt").read_text()
    result = CliRunner().invoke(
        main, ["authority", "receive-key", "--out", "lan.pub", "--words", words], input=pasted
    )
    assert result.exit_code == 0, result.output
    assert "--holder 'Nguyễn Thị Lan=lan.pub'" in result.output
    centre.take_in("Nguyễn Thị Lan", tmp_path / "lan.pub")
    centre.write_export(tmp_path / "moi.json")

    code, said = run("profile root moi.json")
    assert (code, "không cần đọc từ" in said, ROLE in said) == (0, True, True), said
    (tmp_path / "lich.yaml").write_text(SCHEDULE.replace("2036", "2026"))
    code, said = run("sign lich.yaml", ["y", PASSPHRASE])
    assert code == 0, said
    assert "Người soạn: Nguyễn Thị Lan; người duyệt: Trần Văn Hòa" in said
    assert f"Đủ 1 chữ ký của vai trò {ROLE}" in said
    (signature,) = open_envelope((tmp_path / "lich.signed").read_bytes()).signatures
    assert signature.keyid == profile_in(home).keyid


def test_a_schedule_with_a_recording_wants_the_address_and_is_not_signed_without(
    centre: Centre, home: Path, tmp_path: Path
) -> None:
    run("welcome", answers(centre))
    make_melody(tmp_path / "nhac.wav", 500)
    item = '{title: Nhạc, at: "05:30", play: [nhac.wav]}'
    text = re.sub(r"\{.*\}", item, SCHEDULE.replace("2036", "2026"))
    (tmp_path / "lich.yaml").write_text(text)
    code, said = run("sign lich.yaml", ["y", PASSPHRASE])
    assert (code, "--media-url" in said) == (78, True), said
    assert not (tmp_path / "lich.signed").exists()


def test_cut_off_at_any_question_it_goes_on_and_makes_nothing_twice(
    centre: Centre, home: Path
) -> None:
    everything = answers(centre)
    for cut in range(len(everything)):
        code, said = run("welcome", everything[:cut])
        assert code == 1, said
        assert "gõ lại" in said or "Gõ `tramtin-central welcome`" in said
        before = files_in(home) if home.exists() else {}
        found = load_profile(home) if home.exists() else None
        rest = rest_of(centre, found)
        code, said = run("welcome", rest)
        assert code == 0, said
        after = files_in(home)
        for name in ("khoa.pem", "khoa.pub", "root-pinned.json"):
            if name in before:
                assert after[name] == before[name], (cut, name)
        assert profile_in(home).practised
        assert not [name for name in after if name.startswith(".")]
        for path in home.iterdir():
            path.unlink()


def rest_of(centre: Centre, found: Profile | None) -> list[str]:
    """What is still to be typed."""
    who = [] if found else WHO
    key = [] if found and found.key else KEY
    card = [] if found and found.handed_over else CARD
    is_pinned = found is not None and found.root_sha256 is not None
    root = [] if is_pinned else [str(centre.export), *centre.words]
    return [*who, *key, *card, *root, *PRACTICE]


def test_a_key_whose_run_was_killed_before_it_was_noted_is_found_again(
    centre: Centre, home: Path
) -> None:
    run("welcome", [*WHO, *KEY])
    key = (home / "khoa.pem").read_bytes()
    kept = (home / "profile.yaml").read_text().splitlines()
    noted = [line for line in kept if not line.startswith("key")]
    (home / "profile.yaml").write_text("\n".join(noted))
    (home / "khoa.pub").unlink()
    code, said = run("welcome", ["sai-mat-khau", PASSPHRASE, *CARD, "", *PRACTICE])
    assert code == 0, said
    assert "Không mở được" in said
    assert (home / "khoa.pem").read_bytes() == key
    assert load_pub(home / "khoa.pub").keyid == profile_in(home).keyid


def test_wrong_words_stop_hard_and_leave_nothing(centre: Centre, home: Path) -> None:
    stranger = next(word for word in WORDS if word not in centre.words)
    begun = [*WHO, *KEY, *CARD]
    for heard in (
        ["0"],
        [*centre.words[:5], "0"],
        [stranger, *centre.words[:3], stranger],
    ):
        code, said = run("welcome", [*begun, str(centre.export), *heard])
        assert code == 1
        assert "SÁU TỪ KHÔNG KHỚP" in said
        assert "E_FINGERPRINT" in said
        assert profile_in(home).root_sha256 is None
        assert not (home / "root.json").exists()
        begun = []


def test_a_file_that_was_dragged_into_the_terminal_is_found(
    centre: Centre, home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "thư mục của tôi"
    folder.mkdir()
    named = str(centre.write_export(folder / "root.json"))
    for dragged in (named.replace(" ", "\\ "), f'"{named}"', f"'{named}' "):
        code, said = run("welcome", [*WHO, *KEY, *CARD, dragged, *centre.words, *PRACTICE])
        assert code == 0, said
        assert profile_in(home).root_sha256 is not None
        for path in home.iterdir():
            path.unlink()


def test_one_slip_of_the_finger_is_forgiven_and_rubbish_is_asked_again(
    centre: Centre, home: Path
) -> None:
    stranger = next(word for word in WORDS if word not in centre.words)
    words = [centre.words[0], stranger, "", "9", "vâng", *centre.words]
    code, said = run("welcome", [*WHO, *KEY, *CARD, str(centre.export), *words, *PRACTICE])
    assert code == 0, said
    assert profile_in(home).root_sha256 is not None


def test_unfit_answers_are_asked_again(centre: Centre, home: Path, tmp_path: Path) -> None:
    (tmp_path / "rac.json").write_text("{}")
    typed = [
        "L" * 121, WHO[0], WHO[1], "VN 84", ROLE, WHO[3],
        "3", "1", "ngan", "mật khẩu có dấu", PASSPHRASE, "khac-hai-lan", PASSPHRASE, PASSPHRASE, "",
        "khong-co.json", "rac.json", "http://vi-du.vn/root.json", str(tmp_path), str(centre.export),
        *centre.words,
        "", "5 giờ", "t2-t7", "", "03:15", "", "", "05:30", "t9", "", "", "cn",
        "n", "y", "sai", "tap-ky",
    ]  # fmt: skip
    code, said = run("welcome", typed)
    assert code == 0, said
    assert profile_in(home).name == WHO[0]


def test_in_english_all_of_it_is_english(centre: Centre, home: Path) -> None:
    code, said = run("welcome --lang en", answers(centre))
    assert code == 0, said
    for told in ("STEP 1/5", "All six words match", "GOOD, it takes", "FROM NOW ON"):
        assert told in said
    assert profile_in(home).lang == "en"
    assert "Written to" not in run("sign khong-co.yaml")[1]
    assert "The key is there" in run("welcome", [])[1]  # from now on without --lang


def test_a_tree_that_does_not_follow_is_refused_and_the_old_one_stays(
    centre: Centre, home: Path, tmp_path: Path
) -> None:
    run("welcome", answers(centre))
    before = files_in(home)
    rogue = open_centre(tmp_path / "gia")
    code, said = run(f"profile root {rogue.export}")
    assert (code, "KHÔNG nối tiếp" in said) == (1, True), said
    centre.take_in("Nguyễn Thị Lan", home / "khoa.pub")
    newer = centre.write_export(tmp_path / "moi.json")
    assert run(f"profile root {newer}")[0] == 0
    code, said = run(f"profile root {centre.export}")
    assert (code, "cũ hơn" in said) == (1, True), said
    assert files_in(home)["root-pinned.json"] == before["root-pinned.json"]
    assert files_in(home)["root.json"] == newer.read_bytes()


def test_a_profile_with_a_fault_stops_signing_and_says_where(home: Path, tmp_path: Path) -> None:
    home.mkdir()
    (home / "profile.yaml").write_text('name: "Lan"\nrot: "root.json"\n')
    (tmp_path / "lich.yaml").write_text(SCHEDULE)
    code, said = run("sign lich.yaml --key lich.yaml")
    assert code == 78
    assert "profile.yaml:2:1" in said
    assert run("profile")[0] == 78


def test_entries_are_changed_and_checked(centre: Centre, home: Path) -> None:
    assert run("profile")[0] == 78  # nobody was welcomed here
    run("welcome", answers(centre))
    assert run("profile set media_url https://media.example.vn")[0] == 0
    assert profile_in(home).media_url == "https://media.example.vn"
    before = files_in(home)
    for wrong in ("media_url http://x.vn", "role VN", "key x.pem", "root_sha256 00", "lang fr"):
        code, said = run(f"profile set {wrong}")
        assert (code, "E_PROFILE" in said) == (78, True), said
    assert files_in(home) == before


def test_the_key_is_copied_and_never_over_another(
    centre: Centre, home: Path, tmp_path: Path
) -> None:
    run("welcome", answers(centre))
    usb = tmp_path / "usb"
    usb.mkdir()
    assert run(f"profile backup {usb}")[0] == 0
    assert (usb / "khoa.pem").read_bytes() == (home / "khoa.pem").read_bytes()
    assert run(f"profile backup {usb}")[0] == 0
    (usb / "khoa.pem").write_bytes(b"another")
    assert run(f"profile backup {usb}")[0] == 78
    assert (usb / "khoa.pem").read_bytes() == b"another"


def test_the_qr_code_holds_the_same_text(centre: Centre, home: Path) -> None:
    run("welcome", [*WHO, *KEY])
    card = parse_card((home / "khoa.txt").read_text(), "x")
    assert (card.name, card.place, card.role) == tuple(WHO[:3])
    assert card.key == load_pub(home / "khoa.pub")


def test_the_centre_refuses_a_key_whose_words_are_others(
    centre: Centre, home: Path, tmp_path: Path
) -> None:
    run("welcome", answers(centre))
    code, said = run(f"authority receive-key {home / 'khoa.txt'} --out lan.pub", ["0"])
    assert (code, "KHÔNG KHỚP" in said) == (1, True)
    assert not (tmp_path / "lan.pub").exists()
    code, said = run(f"authority words {centre.made.ceremony}")
    assert (code, " – ".join(centre.words) in said) == (0, True)
