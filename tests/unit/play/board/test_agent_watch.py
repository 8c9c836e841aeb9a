"""An agent that is silent for too long is lost, once, unless the machine itself stood still."""

from __future__ import annotations

from agent.play.board.agent_watch import AgentWatch


class Mono:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def pass_time(watch: AgentWatch, mono: Mono, seconds: int) -> list[bool]:
    """The answers of every half second."""
    answers = []
    for _ in range(seconds * 2):
        mono.now_s += 0.5
        answers.append(watch.is_lost())
    return answers


def test_it_is_lost_ten_seconds_after_its_last_word_and_once() -> None:
    watch = AgentWatch(mono := Mono())
    watch.begin()
    assert not any(pass_time(watch, mono, 9))
    watch.hear()
    answers = pass_time(watch, mono, 30)
    assert answers.index(True) == 19
    assert answers.count(True) == 1
    watch.hear()
    assert pass_time(watch, mono, 11).count(True) == 1


def test_an_agent_that_never_promised_to_speak_is_not_lost() -> None:
    watch = AgentWatch(mono := Mono())
    watch.hear()
    assert not any(pass_time(watch, mono, 60))


def test_seconds_in_which_the_board_did_not_run_either_are_not_counted() -> None:
    watch = AgentWatch(mono := Mono())
    watch.begin()
    mono.now_s += 60.0
    assert not watch.is_lost()
    assert not any(pass_time(watch, mono, 9))
    assert any(pass_time(watch, mono, 2))
