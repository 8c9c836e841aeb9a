"""docs/authority.md as a script: its files, its commands, and what they really print."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from click.testing import CliRunner

from central.__main__ import main

PAGE = Path(__file__).resolve().parents[2] / "docs" / "authority.md"
FILE = re.compile(r"^<!-- (\S+) -->\n```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(console|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PASSPHRASE = "mật khẩu để tập dượt"  # noqa: S105 - of a rehearsal's keys


def answers(words: list[str]) -> str:
    """What a person types at the prompts of a command."""
    typed = f"{PASSPHRASE}\n"
    if words[1:3] == ["keys", "new"]:
        return typed * 2
    return "y\n" + typed if "--yes" not in words else typed


def perform(command: str) -> str:
    """Ours in this process, everything else as it is."""
    words = shlex.split(command)
    if words[0] != "tramtin-central":
        done = subprocess.run(
            ["sh", "-c", command], capture_output=True, text=True, check=True
        )  # fmt: skip
        return done.stdout
    result = CliRunner().invoke(main, words[1:], input=answers(words))
    assert result.exit_code in (0, 75, 78), result.output  # 75: no collector runs here
    return result.output


def split_console(block: str) -> Iterator[tuple[str, str]]:
    """Each command of a block and what stands below it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, printed = part.partition("\n")
        yield command, printed


def rehearse(page: str) -> str:
    """The page with what its commands really print; they run in the current folder."""

    def run(match: re.Match[str]) -> str:
        if match[1] == "sh":
            for command in match[2].splitlines():
                perform(command)
            return match[0]
        printed = (f"$ {command}\n{perform(command)}" for command, _ in split_console(match[2]))
        return f"```console\n{''.join(printed)}```"

    return BLOCK.sub(run, page)


def write_files(page: str) -> None:
    """The files that the page prints, into the current folder, as they would be written today."""
    today = date.today()  # noqa: DTZ011 - a day away from any edge
    for name, text in FILE.findall(page):
        for written, meant in (("2026-11-25", -1), ("2027-11-25", 364)):
            text = text.replace(written, f"{today + timedelta(days=meant)}")  # noqa: PLW2901 - one text, changed twice
        Path(name).write_text(text, encoding="utf-8")


def hold_ceremony(until: str) -> None:
    """All of the page above a heading, in the current folder."""
    page, heading, _ = PAGE.read_text(encoding="utf-8").partition(f"\n{until}\n")
    assert heading
    write_files(page)
    rehearse(page)
