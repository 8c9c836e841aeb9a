"""The state of an emergency in force on each output, and the reason why it is not played."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from agent.contract.priority import Level
from agent.plan.site_work import SiteWork
from agent.play.item import Item, OutputContext
from agent.play.sound.emergency_sequence import EmergencySequence
from agent.play.sound.emergency_session import EmergencySession
from agent.play.sound.segment_loader import bodies_with_words
from tests.harness.emergency_outputs import NOW, Box, FakeShelf
from tests.harness.silent_schedule import FakeHeld, emergency, ordered


def no_process(box: Box) -> None:
    box.sound._supervisor.is_ready = box.board._supervisor.is_ready = False


def dead_lines(box: Box) -> None:
    box.line.state = "fault"


def key_turned(box: Box) -> None:
    box.is_locked = True


def stop_ordered(box: Box) -> None:
    box.programme.update([*box.held, ordered(2)], NOW)


def pause_ordered(box: Box) -> None:
    box.programme.update([*box.held, ordered(1)], NOW)


def heard(box: Box) -> None:
    box.sound_on(box.item())


def told(box: Box) -> None:
    box.sound.session_stack.begun(box.item())
    box.sound._ends.done.add(box.item().key)


def failed(box: Box) -> None:
    box.sound._ends.done.add(box.item().key)
    box.board.lanes["mat"].failed.add(box.item("bang"), "E_FACE", NOW.at)


def behind_another(box: Box) -> None:
    box.sound_on(replace(box.item(), key="another", level=Level.EMERGENCY))


@pytest.mark.parametrize(
    ("change", "standings"),
    [
        (lambda _: None, ["late", "late"]),
        (no_process, ["process", "process"]),
        (dead_lines, ["lines", "late"]),
        (key_turned, ["key", "key"]),
        (stop_ordered, ["order", "order"]),
        (pause_ordered, ["late", "late"]),
        (heard, ["on", "late"]),
        (told, ["told", "late"]),
        (failed, ["failed", "failed"]),
        (behind_another, ["waiting", "late"]),
    ],
)
def test_the_reason_why_an_emergency_is_not_played_is_named(
    change: Callable[[Box], None], standings: list[str]
) -> None:
    box = Box()
    change(box)
    assert box.standings() == standings


def test_under_a_lockout_a_real_emergency_is_due_and_an_exercise_is_named_as_kept_off() -> None:
    held = emergency()
    exercise = FakeHeld(msgspec.structs.replace(held.document, exercise=True))
    locked = SiteWork(is_locked_out=True)
    assert Box([held], work=locked).standings() == ["late", "late"]
    assert Box([exercise], work=locked).standings() == ["lockout", "late"]


def test_an_emergency_in_force_is_listed_also_when_it_is_silenced() -> None:
    box = Box(is_locked=True)
    (state,) = box.states()
    assert state.active.document.event_id == "ef" * 16
    assert Box(held=[]).states() == []


def test_a_board_has_nothing_of_an_emergency_without_text() -> None:
    held = emergency()
    document: Any = held.document
    bodies = [msgspec.structs.replace(document.bodies[0], text=None)]
    box = Box(held=[FakeHeld(msgspec.structs.replace(document, bodies=bodies))])
    assert box.standings() == ["late", "nothing"]


def tell(box: Box, item: Item) -> EmergencySession:
    any_: Any = None
    clock: Any = SimpleNamespace(now=lambda: NOW)
    context = OutputContext(any_, clock, FakeShelf(), any_, lambda *_: None)
    script = EmergencySequence(bodies_with_words(item), 1, 0.0)
    session = EmergencySession("loa", item, script, lines=[], send=any_, context=context)
    box.sound.session_stack.sessions.append(session)
    return session


def words_of(box: Box) -> list[tuple[str, str]]:
    (state,) = box.states()
    return [(one.lang, one.state) for one in state.outputs[0].words]


def test_the_state_of_each_language_is_listed() -> None:
    held = emergency()
    document: Any = held.document
    body = document.bodies[0]
    bodies = [body, msgspec.structs.replace(body, lang="km", media=None)]
    box = Box(held=[FakeHeld(msgspec.structs.replace(document, bodies=bodies))])
    assert words_of(box) == [("vi", "here"), ("km", "none")]
    telling = tell(box, box.item())
    telling.sequence.fail(0)
    assert words_of(box) == [("vi", "failed"), ("km", "none")]
    box.sound.session_stack.sessions.clear()
    box.programme.media_state = lambda _digest: "E_FETCH: 404"
    assert words_of(box) == [("vi", "missing"), ("km", "none")]
    box.sound.session_stack.begun(box.item())
    box.sound.session_stack._remember(box.item().key, frozenset({0}))
    assert words_of(box) == [("vi", "heard"), ("km", "none")]


def test_words_in_store_that_were_not_heard_by_the_end_have_failed() -> None:
    box = Box()
    told(box)
    assert words_of(box) == [("vi", "failed")]
