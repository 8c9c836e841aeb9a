"""The words of a fingerprint: told apart by ear in any dialect, and the same in every release."""

import hashlib
import re
import unicodedata

import pytest

from agent.contract.fingerprint_words import WORDS, has_words, words_of

ONSETS = ("ngh ng nh ch tr th ph kh gh gi qu b c d đ g h k l m n p r s t v x").split()  # noqa: SIM905 - longest first, easier to read
MERGED = {
    "tr": "ch", "s": "ch", "x": "ch",
    "d": "v", "gi": "v", "r": "v",
    "n": "l", "nh": "l",
    "c": "k", "qu": "k", "g": "k", "gh": "k", "kh": "k", "h": "k",
    "ngh": "ng", "th": "t", "đ": "t", "p": "b",
}  # fmt: skip
TONES = "\u0300\u0301\u0303\u0309\u0323"


def strip_marks(text: str) -> str:
    """Remove tones, hats and horns."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d"))
    return "".join(one for one in plain if not unicodedata.combining(one))


def hear(syllable: str) -> tuple[str, str]:
    """Return the beginning and the rest, as they are heard on a poor line."""
    decomposed = unicodedata.normalize("NFD", syllable)
    toneless = unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in TONES))
    onset = next((one for one in ONSETS if toneless.startswith(one)), "")
    rest = toneless.removeprefix(onset)
    if onset == "gi" and not re.match("[aăâeêoôơuư]", rest):
        rest = f"i{rest}"
    if onset == "qu":
        rest = f"u{rest}"
    rest = re.sub("(ng|nh|m)$", "n", strip_marks(rest))
    rest = re.sub("(ch|c|p)$", "t", rest).replace("y", "i")
    rest = re.sub("^ie(?=.)", "i", rest)
    rest = re.sub("^uo(?=.)", "u", rest)
    rest = {"uu": "iu", "ao": "au"}.get(rest, rest)
    return MERGED.get(onset, onset), rest


def test_there_are_2048_words_of_two_syllables() -> None:
    assert len(WORDS) == len(set(WORDS)) == 2048
    assert all(re.fullmatch(r"[a-zà-ỹđ]{1,6} [a-zà-ỹđ]{1,6}", word) for word in WORDS)
    assert all(unicodedata.is_normalized("NFC", word) for word in WORDS)


def test_no_two_words_sound_alike() -> None:
    heard: dict[object, str] = {}
    for word in WORDS:
        sound = tuple(map(hear, word.split()))
        assert sound not in heard, (word, heard[sound])
        heard[sound] = word


def test_no_two_words_are_the_same_without_marks() -> None:
    assert len({strip_marks(word) for word in WORDS}) == 2048


def test_the_list_is_the_one_of_the_first_release() -> None:
    digest = hashlib.sha256("\n".join(WORDS).encode()).hexdigest()
    assert digest == "2618929211eb0a897b1cfbcba932d81d0c75ac2b1e2d1ac94912bc8855222194"


@pytest.mark.parametrize(
    ("bits", "index"),
    [("00000000000", 0), ("00000000001", 1), ("10000000000", 1024), ("11111111111", 2047)],
)
def test_a_word_is_eleven_bits_from_the_left(bits: str, index: int) -> None:
    sha256 = f"{int(bits.ljust(256, '0'), 2):064x}"
    assert words_of(sha256, 1) == (WORDS[index],)
    shifted = f"{int(('0' * 11 + bits).ljust(256, '0'), 2):064x}"
    assert words_of(shifted, 2) == (WORDS[0], WORDS[index])


def test_fewer_words_are_the_beginning_of_more() -> None:
    sha256 = hashlib.sha256(b"x").hexdigest()
    assert words_of(sha256, 6)[:4] == words_of(sha256, 4)


def test_words_are_taken_without_marks_and_with_any_sign_between_them() -> None:
    sha256 = hashlib.sha256(b"x").hexdigest()
    words = words_of(sha256, 6)
    typed = strip_marks(", ".join(words)).upper()
    assert has_words(typed, sha256, 6)
    assert has_words("-".join(words).replace(" ", "-"), sha256, 6)
    assert not has_words(" ".join(words[:5]), sha256, 6)
    assert not has_words(" ".join(reversed(words)), sha256, 6)


@pytest.mark.parametrize(("sha256", "count"), [("00", 4), ("0" * 64, 0), ("0" * 64, 24)])
def test_what_is_no_sha256_has_no_words(sha256: str, count: int) -> None:
    with pytest.raises(ValueError, match="words"):
        words_of(sha256, count)
