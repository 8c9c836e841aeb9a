"""What a sign says of itself: an intrusion is an issue of its face, a word of ours a proof."""

from __future__ import annotations

from agent.play.board.sign_words import SignWords
from agent.play.face_state import SignState

FOUND = "E_FOREIGN: its list has {foreign} slogan.png"


class Bench:
    """One board with a sign, its issues and what was confirmed."""

    def __init__(self) -> None:
        self.mono_s = 100.0
        self.issues: list[tuple[str, str, str | None]] = []
        self.confirmed: list[tuple[str, str]] = []
        self.words = SignWords(lambda *issue: self.issues.append(issue), lambda: self.mono_s)
        self.words.confirmed.connect(lambda face, program: self.confirmed.append((face, program)))

    def beat(self, read_mono_s: float, program: str = "{ours} a.png", foreign: str = "") -> None:
        self.words.take({"cong": SignState(read_mono_s, program, foreign)})
        self.mono_s += 0.5


def test_a_foreign_programme_is_an_issue_from_its_first_beat_until_the_sign_has_been_calm() -> None:
    bench = Bench()
    bench.beat(99.0)
    assert bench.issues == []
    for _ in range(3):
        bench.beat(100.5, foreign=FOUND)
    assert bench.issues == [("board_foreign", "cong", FOUND)]
    bench.beat(110.5)
    assert bench.issues[1:] == [("board_foreign", "cong", None)]


def test_each_word_of_a_sign_is_one_look_once_the_record_of_its_picture_is_open() -> None:
    bench = Bench()
    bench.beat(99.9)  # the record may not be there yet
    assert bench.confirmed == []
    for _ in range(4):
        bench.beat(99.9)
    assert bench.confirmed == [("cong", "{ours} a.png")]
    bench.beat(0.0)  # another picture is on its way: the sign has not said anything of it
    bench.beat(102.0, "{ours} b.png")
    bench.beat(102.0, "{ours} b.png")
    assert bench.confirmed[1:] == [("cong", "{ours} b.png")]


def test_a_board_that_stores_nothing_says_nothing() -> None:
    bench = Bench()
    bench.words.take({})
    assert (bench.issues, bench.confirmed) == ([], [])


def test_a_network_of_its_own_that_anybody_may_enter_is_an_issue_until_it_is_closed() -> None:
    bench, open_wifi = Bench(), "E_PASSWORD: its own Wi-Fi 'A3-0001' has no password"
    for weakness in (open_wifi, open_wifi, ""):
        bench.words.take({"cong": SignState(99.0, weakness=weakness)})
    assert bench.issues == [
        ("board_password", "cong", open_wifi),
        ("board_password", "cong", None),
    ]
