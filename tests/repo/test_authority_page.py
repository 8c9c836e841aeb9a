"""docs/authority.md is run as it stands: every command, and what it is said to print."""

from __future__ import annotations

import difflib
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.harness.authority_page import PAGE, perform, rehearse, write_files

# What no two ceremonies share.
VARIES = (
    (re.compile(r"\b[0-9a-f]{8,64}\b"), "<số>"),
    (re.compile(r"\b\d\d/\d\d/\d{4}\b"), "<ngày>"),
    (re.compile(r"\b\d\d:\d\d(:\d\d)? <ngày>"), "<lúc>"),
)


def without_variety(page: str) -> list[str]:
    for pattern, word in VARIES:
        page = pattern.sub(word, page)
    return [line.rstrip() for line in page.splitlines()]


def test_a_newcomer_runs_the_ceremony_from_the_page_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = PAGE.read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    write_files(page)
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
