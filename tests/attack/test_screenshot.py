"""Attacks 156 to 158: pictures of what a board shows, for who has the right, and no film of it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from msgspec import UNSET

from agent.play.ipc import Snapped
from tests.harness.command_box import HOUR, CommandBox, command
from tests.harness.signed_documents import (
    AT,
    COMMUNE,
    PROVINCE,
    code_of,
    judge,
    make_header,
    seal,
    utc_text,
)

FACE = {"zones": ["mat-truoc"]}
PNG = b"\x89PNG\r\n\x1a\nsmall"
FRAME = hashlib.sha256(b"frame").hexdigest()


class Board:
    """Counts how often somebody looks at it."""

    faces = ("mat-truoc", "mat-sau")

    def __init__(self) -> None:
        self.looked: list[str] = []
        self.is_there = True

    async def snap(self, face: str, known: str = "") -> Snapped | None:
        self.looked.append(face)
        return Snapped(face, FRAME, 1.0, PNG) if self.is_there else None


@pytest.fixture
def board() -> Board:
    return Board()


@pytest_asyncio.fixture
async def box(tmp_path: Path, board: Board) -> AsyncIterator[CommandBox]:
    """In its place, its clock right."""
    box = await (await CommandBox(tmp_path, boards=[board]).start()).place()
    yield box
    await box.stop()


def screenshot(**changes: Any) -> dict[str, Any]:
    return command("screenshot", **{"args": FACE, **changes})


async def test_a_picture_comes_with_its_result_and_its_frame_is_on_record(
    box: CommandBox, board: Board
) -> None:
    assert await box.receive(screenshot()) == "done"
    pictures = box.results[-1].pictures
    assert pictures is not UNSET
    assert [(one.face, one.frame_sha256, one.png) for one in pictures] == [
        ("mat-truoc", FRAME, PNG)
    ]
    assert board.looked == ["mat-truoc"]
    assert box.records[-1]["frames"] == f"mat-truoc {FRAME}"


async def test_a_picture_that_somebody_else_has_already_is_asked_for_once_more(
    box: CommandBox, board: Board
) -> None:
    answers = [Snapped("mat-truoc", FRAME, 1.0), Snapped("mat-truoc", FRAME, 1.0, PNG)]

    async def snap(_face: str, _known: str = "") -> Snapped | None:
        return answers.pop(0)

    board.snap = snap  # type: ignore[method-assign]  # as the page asks at the same moment
    assert await box.receive(screenshot()) == "done"


async def test_attack_156_nobody_signed_it(box: CommandBox, board: Board) -> None:
    order = screenshot()
    assert code_of(lambda: judge(seal(order), "command")) in ("E_ENVELOPE", "E_THRESHOLD")
    changed = seal(order, PROVINCE).replace(b'"signatures"', b'"signaturez"')
    assert code_of(lambda: judge(changed, "command")) == "E_ENVELOPE"
    await box.box.receive(seal(order), "command")
    await box.executor.carry_out_due()
    assert (board.looked, box.results) == ([], [])


async def test_attack_157_it_is_sent_again_and_again(box: CommandBox, board: Board) -> None:
    order = screenshot()
    assert await box.receive(order) == "done"
    for _ in range(3):
        box.mono_s += 3600
        assert await box.receive(order) == ""  # held already
        await box.restart()
    assert board.looked == ["mat-truoc"]


async def test_attack_157_many_of_them_are_no_film(box: CommandBox, board: Board) -> None:
    codes = []
    for number in range(12):
        order = screenshot(seq=43 + number, slot=f"screenshot.{number}")
        codes.append(await box.receive(order))
        box.mono_s += 10
    assert codes == ["done", *["E_RATE"] * 5] * 2  # one in a minute
    assert len(board.looked) == 2


async def test_attack_157_power_that_fails_in_the_middle_takes_no_second_picture(
    box: CommandBox, board: Board
) -> None:
    board.is_there = False
    assert await box.receive(screenshot()) == "E_NOT_READY"
    board.is_there = True
    await box.restart()
    assert board.looked == ["mat-truoc"]


def test_attack_158_who_may_only_publish_looks_at_a_board() -> None:
    order = screenshot(issuer="vn.84.29266")
    assert code_of(lambda: judge(seal(order, COMMUNE), "command")) in ("E_ROLE", "E_SCOPE")


@pytest.mark.parametrize("to", [["84/29266/tv-cl-0008"], ["84/99999/*"]])
def test_attack_158_a_board_of_another_station(to: list[str]) -> None:
    envelope = seal(screenshot(to=to), PROVINCE)
    assert code_of(lambda: judge(envelope, "command")) == "E_STATION"


def test_an_older_box_refuses_it_by_name() -> None:
    order = screenshot()
    assert order["crit"] == ["do=screenshot"]
    del order["crit"]
    assert code_of(lambda: judge(seal(order, PROVINCE), "command")) == "E_SCHEMA"


@pytest.mark.parametrize("args", [{}, {"zones": ["*"]}, {"zones": ["a", "b", "c"]}, {"zones": []}])
def test_one_or_two_faces_are_named(args: dict[str, Any]) -> None:
    order = command("screenshot", args=args)
    assert code_of(lambda: judge(seal(order, PROVINCE), "command")) == "E_SCHEMA"


async def test_a_face_that_is_not_here_is_refused(box: CommandBox, board: Board) -> None:
    assert await box.receive(screenshot(args={"zones": ["nga-ba"]})) == "E_UNKNOWN"
    assert board.looked == []


def test_it_acts_at_once_or_not_at_all() -> None:
    later = screenshot(not_before=utc_text(AT + HOUR / 2))
    assert code_of(lambda: judge(seal(later, PROVINCE), "command")) == "E_SCHEMA"
    assert make_header("command", "vn.84", "command")["kind"] == "command"
