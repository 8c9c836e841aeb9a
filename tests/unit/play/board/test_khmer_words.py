"""Khmer lines break between words.

The words are those of Chuon Nath's dictionary and of common use: ខ្ញុំ I, ស្រឡាញ់ love, ភាសា language,
ប្រជាពលរដ្ឋ citizen, ត្រូវ must, ផ្លាស់ទី move, ទៅ to, កន្លែង place, សុវត្ថិភាព safety.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.play.board import khmer_words, typeset
from agent.play.board.khmer_words import has_dictionary, split_words

WORDS = ["ប្រជាពលរដ្ឋ", "ត្រូវ", "ផ្លាស់ទី", "ទៅ", "កន្លែង", "សុវត្ថិភាព"]
SENTENCE = "".join(WORDS)


def ends(pieces: list[str]) -> set[int]:
    at, found = 0, set()
    for piece in pieces:
        at += len(piece)
        found.add(at)
    return found


def test_a_sentence_without_spaces_is_split_into_its_words() -> None:
    assert list(split_words(SENTENCE)) == WORDS
    assert list(split_words("ខ្ញុំស្រឡាញ់")) == ["ខ្ញុំ", "ស្រឡាញ់"]


def test_letters_beyond_the_first_plane_do_not_shift_the_places() -> None:
    assert "".join(split_words("🚨" + SENTENCE)) == "🚨" + SENTENCE
    assert split_words("🚨" + SENTENCE)[-1] == WORDS[-1]


def test_a_line_breaks_between_words_and_never_within_one() -> None:
    layout = typeset.fit(SENTENCE * 3, 300, 200)
    lines = ["".join(text for _, text in line.runs) for line in layout.lines]
    assert len(lines) > 2
    assert "".join(lines) == SENTENCE * 3
    assert ends(lines) <= ends(WORDS * 3)


def test_who_has_marked_the_words_is_obeyed() -> None:
    marked = f"{WORDS[0]}{WORDS[1]}\u200b" * 6
    layout = typeset.fit(marked, 300, 200)
    for line in layout.lines:
        text = "".join(part for _, part in line.runs).replace("\u200b", "")
        assert len(text) % len(WORDS[0] + WORDS[1]) == 0


def clear() -> None:
    for cached in (khmer_words._load, khmer_words.split_words, typeset.fit):
        cached.cache_clear()


def test_without_a_library_a_line_is_one_piece_and_breaks_between_syllables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clear()
    try:
        with monkeypatch.context() as without:
            without.setattr(khmer_words, "FOLDERS", ())
            assert (split_words(SENTENCE), has_dictionary()) == ((SENTENCE,), False)
            assert len(typeset.fit(SENTENCE * 3, 300, 200).lines) > 2
    finally:
        clear()
    assert has_dictionary()


def test_the_newest_library_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "x86_64-linux-gnu"
    folder.mkdir()
    for name in ("libicuuc.so.72", "libicuuc.so.72.1", "libicuuc.so.100", "libicuuc.so.8.old"):
        (folder / name).touch()
    monkeypatch.setattr(khmer_words, "FOLDERS", (str(tmp_path),))
    assert khmer_words.find_library() == (str(folder / "libicuuc.so.100"), "100")
