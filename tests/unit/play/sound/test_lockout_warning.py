"""Under a lockout a quiet warning goes before an emergency; then it sounds as signed."""

from __future__ import annotations

import pytest

from agent.play.ipc import Fire, Hold
from agent.play.sound import lockout_warning, segment_loader
from agent.play.sound.lockout_warning import GAIN_DB, LockoutWarning
from tests.harness.emergency_run import AlarmRun, Shelf, alarm

NAME = "lockout-warning"


class Box:
    """Its clock goes a second at each look; the lockout is taken off at a moment."""

    def __init__(self, off_at_s: float = 1e9) -> None:
        self.now_s, self.off_at_s = 0.0, off_at_s
        self.waiting: list[str] = []

    def mono_s(self) -> float:
        self.now_s += 1.0
        return self.now_s

    def due_s(self) -> float:
        return 30.0 if self.now_s < self.off_at_s else 0.0


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Box:
    box = Box()
    monkeypatch.setattr(lockout_warning, "mono_s", box.mono_s)
    monkeypatch.setattr(lockout_warning, "STEP_S", 0.0)
    return box


@pytest.fixture
def media_files(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    media_files = Shelf()
    monkeypatch.setattr(segment_loader, "decode_segment", media_files.decode)
    return media_files


def run(box: Box, media_files: Shelf, warning: LockoutWarning | None = None) -> AlarmRun:
    media_files.here = {"a"}
    made = AlarmRun(
        alarm(), media_files, warning=warning or LockoutWarning(box.due_s, box.waiting.append)
    )
    made.lengths[NAME] = 6.7
    return made


async def test_the_warning_is_spoken_quietly_until_its_time_is_over(
    box: Box, media_files: Shelf
) -> None:
    made = run(box, media_files)
    play = await made.announce()
    spoken = made.order.count(NAME)
    assert 2 <= spoken <= 6
    assert made.order == [NAME] * spoken + ["two-tone", "a"]
    assert play.result == "full"
    fired = [one for one in made.commands if isinstance(one, Fire)]
    assert [one.gain_db for one in fired] == [GAIN_DB] * spoken + [0.0]
    assert [one.clip for one in made.commands if isinstance(one, Hold)] == [NAME]
    assert set(box.waiting) == {made.item.source.doc_id}  # its longest time begins behind it


async def test_the_alarm_does_not_wait_once_the_lockout_is_off(
    box: Box, media_files: Shelf
) -> None:
    box.off_at_s = 4.0
    made = run(box, media_files)
    await made.announce()
    assert made.order == [NAME, "two-tone", "a"]


async def test_without_a_lockout_nothing_is_loaded_and_nothing_goes_before(
    box: Box, media_files: Shelf
) -> None:
    box.off_at_s = 0.0
    made = run(box, media_files)
    await made.announce()
    assert made.order == ["two-tone", "a"]
    assert not any(isinstance(one, Hold) for one in made.commands)


async def test_whoever_heard_an_emergency_a_moment_ago_is_not_warned_again(
    box: Box, media_files: Shelf
) -> None:
    warning = LockoutWarning(box.due_s, box.waiting.append)
    await run(box, media_files, warning).announce()
    again = run(box, media_files, warning)
    await again.announce()
    assert again.order == ["two-tone", "a"]
    box.now_s += lockout_warning.KNOWN_S
    later = run(box, media_files, warning)
    await later.announce()
    assert later.order[0] == NAME


async def test_an_emergency_that_is_cancelled_during_its_warning_does_not_sound(
    box: Box, media_files: Shelf
) -> None:
    made = run(box, media_files)
    made.on_sound = lambda _name: made.session.stop("over")
    play = await made.announce()
    assert made.order == [NAME]
    assert (play.result, play.reason) == ("cut", "over")


async def test_an_engine_that_cannot_speak_the_warning_leaves_its_time(
    box: Box, media_files: Shelf
) -> None:
    made = run(box, media_files)
    del made.lengths[NAME]
    await made.announce()
    assert made.order == ["two-tone", "a"]
    assert box.now_s >= 30.0
