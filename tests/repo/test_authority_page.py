"""docs/authority.md is run as it stands: every command, and what it is said to print."""

from __future__ import annotations

import difflib
import re
import shlex
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from central.__main__ import main

PAGE = Path(__file__).resolve().parents[2] / "docs" / "authority.md"
FILE = re.compile(r"^<!-- (\S+) -->\n```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(console|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TYPED = "mật khẩu để tập dượt\n"
# What no two ceremonies share.
VARIES = (
    (re.compile(r"\b[0-9a-f]{8,64}\b"), "<số>"),
    (re.compile(r"\b\d\d/\d\d/\d{4}\b"), "<ngày>"),
    (re.compile(r"\b\d\d:\d\d(:\d\d)? <ngày>"), "<lúc>"),
)


def answers(words: list[str]) -> str:
    """What a person types at the prompts of a command."""
    if words[1:3] == ["keys", "new"]:
        return TYPED * 2
    return "y\n" + TYPED if "--yes" not in words else TYPED


def perform(command: str) -> str:
    """Ours in this process, everything else as it is."""
    words = shlex.split(command)
    if words[0] != "tramtin-central":
        done = subprocess.run(
            ["sh", "-c", command], capture_output=True, text=True, check=True
        )  # fmt: skip
        return done.stdout
    result = CliRunner().invoke(main, words[1:], input=answers(words))
    # 75: no collector runs here, and `publish` says so
    assert result.exit_code in (0, 75, 78), result.output
    return result.output


def split_console(block: str) -> Iterator[tuple[str, str]]:
    """Each command of a block and what stands below it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, said = part.partition("\n")
        yield command, said


def rehearse(page: str) -> str:
    """The page with what its commands really print."""

    def run(match: re.Match[str]) -> str:
        if match[1] == "sh":
            for command in match[2].splitlines():
                perform(command)
            return match[0]
        said = (f"$ {command}\n{perform(command)}" for command, _ in split_console(match[2]))
        return f"```console\n{''.join(said)}```"

    return BLOCK.sub(run, page)


def of_today(document: str) -> str:
    """The page's example as it would be written now: its own days will be over once."""
    today = date.today()  # noqa: DTZ011 - a day away from any edge
    for written, meant in (("2026-11-25", -1), ("2027-11-25", 364)):
        document = document.replace(written, f"{today + timedelta(days=meant)}")
    return document


def without_variety(page: str) -> list[str]:
    for pattern, word in VARIES:
        page = pattern.sub(word, page)
    return [line.rstrip() for line in page.splitlines()]


def test_a_newcomer_runs_the_ceremony_from_the_page_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = PAGE.read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name, text in FILE.findall(page):
        Path(name).write_text(of_today(text), encoding="utf-8")
    really = rehearse(page)
    difference = difflib.unified_diff(
        without_variety(page), without_variety(really), "docs/authority.md", "what it prints",
        lineterm="",
    )  # fmt: skip
    assert not "\n".join(difference)
    first, second = re.findall(r"^([0-9a-f]{64})(?:  -)?$", really, re.MULTILINE)[-2:]
    assert first == second  # the auditor's two lines
    assert "Đủ 2 chữ ký của vai trò vn.84.em" in sign_the_alarm_of_a_key()


def sign_the_alarm_of_a_key() -> str:
    """As the officers' manual has it, by those to whom this page gave the role."""
    manual = PAGE.with_name("so-tay-can-bo.md").read_text(encoding="utf-8")
    written = re.search(r"^class: emergency\n.*?(?=^```$)", manual, re.MULTILINE | re.DOTALL)
    assert written is not None
    until = f"until: {date.today() + timedelta(days=360)}"  # noqa: DTZ011 - far from any edge
    alarm = re.sub(r"^until: .*$", until, written[0], flags=re.MULTILINE)
    Path("bao-dong.yaml").write_text(alarm, encoding="utf-8")
    perform(
        "tramtin-central sign bao-dong.yaml --key lan.pem --root authority --issuer vn.84.em"
        " --seq 1 --media-dir media --media-url https://media.example.vn"
        " --editor a --approver b --out one"
    )
    return perform("tramtin-central sign one --key minh.pem --root authority --out two")
