"""What an output remembers of its plays, and reads from the journal after a start."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from agent.contract.report import Play
from agent.play.play_memory import REMEMBERED, KeyMemory, build_memories

DOC = "ab" * 16


def play(**more: Any) -> Play:
    usual: dict[str, Any] = {
        "output": "loa", "zones": [], "doc_id": DOC, "doc_sha256": "cd" * 32, "entry": "e1",
        "title": "Bản tin", "issuer": "vn.84", "editor": "", "approver": "", "class_": "routine",
        "level": "routine", "lang": "vi", "media": [], "planned_start": "2026-12-01T22:00:00.000Z",
        "planned_end": "2026-12-01T22:10:00.000Z", "start": None, "end": None, "duration_ms": 0,
        "result": "full", "reason": None, "proof": "A2", "gain_db": 0.0, "underruns": 0,
    }  # fmt: skip
    return Play(**(usual | more))


KEY = f"{DOC}/e1@2026-12-01T22:00:00+00:00"


@pytest.mark.parametrize(
    ("result", "reason", "is_finished"),
    [
        ("full", None, True),
        ("failed", "E_DECODE: broken", True),
        ("cut", "replaced", True),
        ("cut", "over", True),
        ("skipped", "preempted", True),
        ("skipped", "clock_step", False),
        ("skipped", "muted", False),
        ("cut", "restart", False),
        ("cut", "preempted", False),
        ("cut", "clock_step", False),
        ("cut", "local_mute", False),
        ("skipped", "clash", False),
        ("skipped", "silenced", False),
        ("cut", "E_RELAY: lost", False),
    ],
)
def test_what_was_broken_off_or_unheard_may_come_again(
    result: str, reason: str | None, *, is_finished: bool
) -> None:
    memory = build_memories(["loa"], [play(result=result, reason=reason)], None)["loa"]
    assert (KEY in memory.finished, KEY in memory.recorded) == (is_finished, True)


def test_a_play_is_known_by_its_written_moment_and_an_output_by_its_own_plays() -> None:
    waited = play(
        planned_start="2026-12-01T22:04:00.000Z", written_start="2026-12-01T22:00:00.000Z"
    )
    alive_at = datetime(2026, 12, 1, 22, 9, tzinfo=UTC)
    memories = build_memories(["loa", "khac"], [waited, play(output="cu")], alive_at)
    assert list(memories["loa"].finished) == [KEY]
    assert len(memories["khac"].finished) == 0
    assert {one.alive_at for one in memories.values()} == {alive_at}


def test_of_a_picture_the_faces_of_its_record_are_remembered_and_of_one_without_faces_all() -> None:
    shown = play(output="bang", medium="picture", zones=["truoc"])
    lacking = play(output="bang", medium="picture", entry="e2", result="skipped")
    memory = build_memories(["bang"], [shown, lacking], None)["bang"]
    on = {face: memory.is_recorded_on(face, KEY) for face in ("truoc", "sau")}
    assert on == {"truoc": True, "sau": False}
    assert memory.is_recorded_on("sau", KEY.replace("e1", "e2"))


def test_the_oldest_of_many_keys_gives_way() -> None:
    memory = KeyMemory(str(number) for number in range(REMEMBERED))
    memory.add("0")
    memory.add("new")
    assert ("0" in memory, "1" in memory, "new" in memory) == (True, False, True)
    assert len(memory) == REMEMBERED
