"""`welcome` on a real terminal: hidden passphrases, Ctrl-C at every question, Ctrl-D."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from central.officer.profile import load_profile
from tests.harness.terminal_dialog import CTRL_C, converse
from tests.harness.welcomed_officer import PASSPHRASE, WHO, Centre, open_centre

CTRL_D = b"\x04"
COMMAND = (sys.executable, "-m", "central", "welcome", "--lang", "vi")


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Centre:
    monkeypatch.setenv("TRAMTIN_PROFILE", str(tmp_path / "may"))
    return open_centre(tmp_path / "trung-tam")


def dialog(centre: Centre) -> list[tuple[str, bytes]]:
    """Each question with its answer."""
    asked = [
        ("Họ và tên: ", WHO[0]), ("(xã, tỉnh): ", WHO[1]), ("thì Enter): ", WHO[2]),
        ("thì Enter): ", WHO[3]), ("[1]: ", "1"), ("Mật khẩu: ", PASSPHRASE),
        ("Gõ lại mật khẩu: ", PASSPHRASE), ("bước sau: ", ""),
        ("làm sau): ", str(centre.export)),
        *(("> ", word) for word in centre.words),
        ("UBND xã.]: ", ""), ("[05:30]: ", "06:00"), ("[t2-t7]: ", "daily"), ("[y/N]: ", "y"),
        ("khoá: ", "tap-ky"),
    ]  # fmt: skip
    return [(question, f"{answer}\n".encode()) for question, answer in asked]


def test_the_whole_dialog_on_a_terminal_shows_no_passphrase(centre: Centre, tmp_path: Path) -> None:
    code, seen = converse([*COMMAND], dialog(centre))
    assert code == 0, seen
    assert PASSPHRASE not in seen
    assert "06:00–06:00" in seen
    found = load_profile(tmp_path / "may")
    assert found is not None
    assert found.practised
    assert found.root_sha256


@pytest.mark.long
@pytest.mark.timeout(900)  # a Ctrl-C that falls beside the prompt is typed again after 10 s
@pytest.mark.parametrize("key", [CTRL_C, CTRL_D], ids=["ctrl-c", "ctrl-d"])
def test_stopped_at_every_question_it_says_how_to_go_on_and_goes_on(
    centre: Centre, tmp_path: Path, key: bytes
) -> None:
    whole, keyid, at = dialog(centre), None, 0
    while at < len(whole):
        stopped = [*whole[at:]]
        code, seen = converse([*COMMAND], [(stopped[0][0], key)])
        assert code == 1, seen
        assert "Đã dừng. Gõ `tramtin-central welcome`" in seen
        assert "Traceback" not in seen
        found = load_profile(tmp_path / "may")
        assert found is None or found.keyid is None or keyid in (None, found.keyid)
        keyid = found.keyid if found else None
        at = advance(centre, whole, at, key)


def advance(centre: Centre, whole: list[tuple[str, bytes]], at: int, key: bytes) -> int:
    """Stop at each further question of this step, then finish the step; the next one's place."""
    ends = [4, 7, 8, 15, len(whole)]
    end = next(one for one in ends if one > at)
    for cut in range(at + 1, end):
        code, seen = converse([*COMMAND], [*whole[at:cut], (whole[cut][0], key)])
        assert code == 1, seen
        assert "Traceback" not in seen
    if end == len(whole):
        code, seen = converse([*COMMAND], [*whole[at:]])
        assert (code, "TỪ NAY" in seen) == (0, True), seen
    else:
        code, seen = converse([*COMMAND], [*whole[at:end], (whole[end][0], key)])
        assert code == 1, seen
    return end
