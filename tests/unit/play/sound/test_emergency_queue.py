"""Which of several emergencies an output plays next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from agent.contract.document import Medium
from agent.contract.priority import Level
from agent.play.item import Item, ItemSource, LanguageClips
from agent.play.sound.emergency_queue import EmergencyQueue
from agent.play.sound.emergency_sequence import LINES

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
CLIP = Medium("ab" * 32, 1, "audio/mpeg", 8000, [])
TEXT = (LanguageClips("vi", (), is_here=False),)
RECORDED = (LanguageClips("vi", (CLIP,), is_here=True),)
AWAITED = (LanguageClips("vi", (CLIP,), is_here=False),)


def alarm(
    key: str, bodies: tuple[LanguageClips, ...] = RECORDED, *, exercise: bool = False
) -> Item:
    return Item(
        key=key, source=ItemSource("ab" * 16, "cd" * 32, key, "vn.84.em", "", "", "emergency"),
        title=key, lang="vi", level=Level.EMERGENCY, level_name="emergency", zones=("*",),
        start_at=AT, end_at=AT + timedelta(minutes=9), latest_end_at=AT + timedelta(minutes=9),
        bodies=bodies, repeat=3, is_exercise=exercise,
    )  # fmt: skip


def tell(queue: EmergencyQueue, item: Item, steps: int) -> None:
    sequence = queue.sequence(item)
    here = {index for index, body in enumerate(item.bodies) if body.is_here}
    for _ in range(steps):
        sequence.begin(sequence.next(here), here)


def test_the_highest_that_was_not_played_goes_first() -> None:
    queue, first, second = EmergencyQueue(), alarm("1"), alarm("2")
    assert queue.due([first, second], ()) == first
    assert queue.due([first, second], {"1"}) == second
    assert queue.due([first, second], {"1", "2"}) is None


def test_an_emergency_with_one_line_a_minute_left_waits_for_one_with_words() -> None:
    queue, text, recorded = EmergencyQueue(), alarm("1", TEXT), alarm("2")
    both = [text, recorded]
    assert queue.due(both, ()) == text
    tell(queue, text, 1 + LINES)  # the signal, then the line
    assert queue.due(both, ()) == recorded
    assert queue.due(both, {"2"}) == text
    another = alarm("3", TEXT)
    tell(queue, another, 1 + LINES)
    assert queue.due([text, another], ()) == text, "two of that sort do not take turns for ever"


def test_a_real_one_at_rest_lets_no_exercise_go_before_it() -> None:
    queue, text = EmergencyQueue(), alarm("1", TEXT)
    tell(queue, text, 1 + LINES)
    assert queue.due([text, alarm("2", exercise=True)], ()) == text


def test_words_that_arrive_restart_an_emergency_that_was_played_without_them() -> None:
    queue = EmergencyQueue()
    both = (*RECORDED, LanguageClips("km", (CLIP,), is_here=False))
    told = alarm("1", both)
    tell(queue, told, 5)  # signal, three rounds, over
    assert queue.due([told], {"1"}) is None
    whole = replace(told, bodies=(*RECORDED, LanguageClips("km", (CLIP,), is_here=True)))
    assert queue.due([whole], {"1"}) == whole


def test_words_that_arrive_end_the_pause() -> None:
    queue, waiting = EmergencyQueue(), alarm("1", AWAITED)
    tell(queue, waiting, 1 + LINES)
    assert queue.due([waiting, alarm("2")], ()) == alarm("2")
    assert queue.due([alarm("1"), alarm("2")], ()) == alarm("1")


def test_what_is_no_longer_in_force_is_forgotten() -> None:
    queue, text = EmergencyQueue(), alarm("1", TEXT)
    tell(queue, text, 1 + LINES)
    queue.due([], ())
    assert queue.due([text, alarm("2")], ()) == text
