"""The order in which an emergency plays; expected sequences are derived from the rules by hand."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from agent.play.sound.emergency_sequence import EmergencySequence, Step


def sequence(
    bodies: str = "ab", with_words: str = "ab", repeat: int = 2, gap_s: float = 5
) -> EmergencySequence:
    indices = frozenset(bodies.index(letter) for letter in with_words)
    return EmergencySequence(indices, repeat, gap_s)


def tell(sequence: EmergencySequence, here: Collection[int], limit: int = 12) -> Iterator[str]:
    """Play on: `S` the signal, a letter per body, `L` the line; with the gap before it."""
    for _ in range(limit):
        step = sequence.next(here)
        sequence.begin(step, here)
        yield name(step)
        if step.kind == "over":
            return


def name(step: Step) -> str:
    letter = {"signal": "S", "line": "L", "over": "."}.get(step.kind) or "ab"[step.body]
    return f"{letter}{step.gap_s:g}" if step.gap_s else letter


def test_signal_then_all_bodies_as_often_as_signed_with_the_gap_between_rounds() -> None:
    assert list(tell(sequence(repeat=3), {0, 1})) == ["S", "a", "b", "a5", "b", "a5", "b", "."]


def test_without_any_words_the_line_three_times_then_once_a_minute() -> None:
    assert list(tell(sequence(with_words=""), (), 6)) == ["S", "L", "L5", "L5", "L60", "L60"]


def test_a_gap_longer_than_a_minute_is_kept() -> None:
    assert list(tell(sequence(with_words="", gap_s=90), (), 5)) == ["S", "L", "L90", "L90", "L90"]


def test_words_that_are_all_missing_are_replaced_by_the_line_until_they_come() -> None:
    one = sequence()
    assert list(tell(one, (), 6)) == ["S", "L", "L5", "L5", "L60", "L60"]
    assert list(tell(one, {0, 1})) == ["S", "a", "b", "a5", "b", "."]


def test_bodies_in_store_are_played_without_the_missing_ones() -> None:
    assert list(tell(sequence(), {1})) == ["S", "b", "b5", "."]


def test_words_that_arrive_before_their_turn_need_no_new_signal() -> None:
    one = sequence()
    assert list(tell(one, {0}, 2)) == ["S", "a"]
    assert list(tell(one, {0, 1})) == ["b", "a5", "b", "."]


def test_words_that_arrive_after_their_turn_restart_the_sequence() -> None:
    one = sequence()
    assert list(tell(one, {1}, 2)) == ["S", "b"]
    assert list(tell(one, {0, 1})) == ["S", "a", "b", "a5", "b", "."]


def test_words_that_arrive_after_the_end_restart_the_sequence_once() -> None:
    one = sequence()
    assert list(tell(one, {0}))[-1] == "."
    assert not one.is_late({0})
    assert one.is_late({0, 1})
    assert list(tell(one, {0, 1})) == ["S", "a", "b", "a5", "b", "."]
    assert not one.is_late({0, 1})


def test_a_file_that_is_lost_after_its_play_restarts_nothing() -> None:
    one = sequence()
    assert list(tell(one, {0, 1}))[-1] == "."
    for here in ({0}, {0, 1}):
        assert one.next(here) == Step("over")


def test_a_body_that_fails_is_left_out_and_the_line_replaces_it() -> None:
    one = sequence(with_words="a")
    assert list(tell(one, {0}, 2)) == ["S", "a"]
    one.fail(0)
    assert list(tell(one, {0}, 2)) == ["L5", "L5"], "it is here, and no better"
    assert one.next(()).kind == "line"  # thrown away, fetched anew
    assert list(tell(one, {0})) == ["S", "a", "a5", "."]


def test_a_body_that_fails_keeps_no_other_from_its_rounds() -> None:
    one = sequence()
    assert list(tell(one, {0, 1}, 2)) == ["S", "a"]
    one.fail(0)
    assert list(tell(one, {0, 1})) == ["b", "b5", "."]


def test_words_that_are_lost_half_way_are_replaced_by_the_line() -> None:
    one = sequence(with_words="a")
    assert list(tell(one, {0}, 2)) == ["S", "a"]
    assert list(tell(one, (), 2)) == ["L5", "L5"]


def test_after_an_interruption_the_signal_and_the_rounds_that_are_left() -> None:
    one = sequence(repeat=3)
    assert list(tell(one, {0, 1}, 3)) == ["S", "a", "b"]
    one.resume({0, 1})
    assert list(tell(one, {0, 1})) == ["S", "a", "b", "a5", "b", "."]


def test_an_interrupted_round_is_played_from_its_beginning() -> None:
    one = sequence(repeat=2)
    assert list(tell(one, {0, 1}, 4)) == ["S", "a", "b", "a5"]
    one.resume({0, 1})
    assert list(tell(one, {0, 1})) == ["S", "a", "b", "."]


def test_it_rests_when_only_a_line_a_minute_is_left() -> None:
    one = sequence(with_words="")
    list(tell(one, (), 3))
    assert not one.is_resting
    list(tell(one, (), 1))
    assert one.is_resting
    one.resume(())
    assert list(tell(one, (), 3)) == ["S", "L", "L60"]
