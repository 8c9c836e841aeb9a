"""config/CHECKS.md names only commands, page features and settings that exist."""

from __future__ import annotations

import re
from pathlib import Path

import click

from agent.__main__ import main
from agent.doctor import messages as doctor
from agent.page import messages as page
from agent.settings.key_docs.catalogue import KEYS
from agent.settings.messages import PHRASES

ROOT = Path(__file__).resolve().parents[2]
WALK = (ROOT / "config" / "CHECKS.md").read_text(encoding="utf-8")
VIETNAMESE, ENGLISH = WALK.split("## In English")
MANUAL = (ROOT / "docs" / "manual-ky-thuat-vien.md").read_text(encoding="utf-8")
ROWS = {
    lang: [line for line in text.splitlines() if re.match(r"\| [0-9]", line)]
    for lang, text in (("vi", VIETNAMESE), ("en", ENGLISH))
}
SAID = [*page.PHRASES.values(), *doctor.LABELS.values(), *doctor.STATES.values()]
# in backticks, and neither said by us nor a command, a key or a value of the settings
OTHERS = {"^", "# mặc định", "# default", "active (running)", "status=78", "http://", "cảnh báo",
          "warning", "/dev/serial/by-id"}  # fmt: skip


def list_phrases(lang: str) -> set[str]:
    return {phrase[lang == "en"] for phrase in SAID}


def is_said(lang: str, text: str) -> bool:
    """A whole text of ours, or the beginning of one with a gap in it."""
    start = text.removesuffix("…")
    return text in list_phrases(lang) or any(
        "{" in phrase and phrase.partition("{")[0].strip() == start.strip()
        for phrase in list_phrases(lang)
    )


def test_both_languages_walk_the_same_steps() -> None:
    numbers = {lang: [row.split("|")[1].strip() for row in rows] for lang, rows in ROWS.items()}
    assert numbers["vi"] == numbers["en"] == [str(n) for n in range(1, len(ROWS["vi"]) + 1)]


def test_what_the_walk_says_the_page_and_doctor_show_they_show() -> None:
    for lang, rows in ROWS.items():
        for shown in re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", "\n".join(rows)):
            assert is_said(lang, shown), (lang, shown)


def test_every_word_in_backticks_is_ours() -> None:
    for lang, rows in ROWS.items():
        for word in re.findall(r"`([^`]+)`", "\n".join(rows)):
            is_command = word.split()[0] in (
                "sudo",
                "systemctl",
                "journalctl",
                "http://127.0.0.1:8080",
            )
            is_ours = word in OTHERS | {"check", "doctor", "station.yaml"}
            is_key = any(f".{key}".endswith(f".{word}") for key in KEYS)
            is_verdict = any(word in phrase[lang == "en"] for phrase in PHRASES.values())
            assert is_command or is_ours or is_key or is_verdict or is_said(lang, word), (
                lang,
                word,
            )


def test_every_command_of_the_walk_exists_with_its_options() -> None:
    assert isinstance(main, click.Group)
    found = re.findall(r"tramtin ([a-z]+)((?: --[a-z]+)*)", WALK)
    assert {name for name, _ in found} >= {"check", "doctor"}
    for name, options in found:
        command = main.commands[name]
        known = {option for one in command.params for option in one.opts}
        assert set(options.split()) <= known, (name, options)


def test_what_only_the_centre_can_end_sends_the_technician_to_the_centre() -> None:
    """A box that nobody enrolled is connected and has no time: its network is not to be mended."""
    for code in ("sub.no_clock", "sub.unplaced", "sub.idle"):
        vietnamese, english = page.PHRASES[code]
        assert "trung tâm" in vietnamese, code
        assert "centre" in english, code
    for told in page.PHRASES["sub.unplaced"]:  # or the sample's province was left as it was
        assert "E_SCOPE" in told
        assert "province in station.yaml" in told or "province trong station.yaml" in told
    for lang, rows in ROWS.items():
        clock = next(row for row in rows if row.startswith("| 8 |"))
        assert ("gọi trung tâm" if lang == "vi" else "call the centre") in clock


def commands(text: str) -> list[str]:
    """What is typed in its blocks, without remarks and without the switch to English."""
    typed = "\n".join(re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    lines = [line.partition(" #")[0].strip() for line in typed.splitlines()]
    return [line.removesuffix(" --lang en") for line in lines]


def test_the_manual_has_an_english_reader_type_the_same() -> None:
    vietnamese, english = MANUAL.split("## In English\n")
    typed = commands(english)
    assert len(typed) >= 10
    known = "\n".join(commands(vietnamese)) + vietnamese.replace("`", "\n")
    assert [line for line in typed if line not in known] == []
