"""Lines that repeat are counted; others are written as they come."""

from __future__ import annotations

import io
import logging

import pytest

from agent.log_rate_limit import BURST, BURST_OF_ALL, LimitedHandler


class Hand:
    """Monotonic seconds, moved by hand."""

    def __init__(self) -> None:
        self.s = 1000.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def hand() -> Hand:
    return Hand()


class Log:
    """A handler with what it has written."""

    def __init__(self, hand: Hand) -> None:
        self.stream = io.StringIO()
        self.handler = LimitedHandler(hand)
        self.handler.setStream(self.stream)

    def say(self, template: str, *values: object) -> None:
        record = logging.LogRecord("limited", logging.WARNING, "", 0, template, values, None)
        self.handler.emit(record)

    def flood(self, count: int) -> None:
        for number in range(count):
            self.say("refused %d", number)

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()


@pytest.fixture
def out(hand: Hand) -> Log:
    return Log(hand)


def test_a_flood_is_a_burst_and_one_line_a_minute(hand: Hand, out: Log) -> None:
    for _ in range(60):
        out.flood(500)
        hand.s += 1
    out.flood(1)
    assert len(out.lines) <= BURST + 60 / 5 + 2
    (summary,) = [line for line in out.lines if " more of: refused %d" in line]
    assert int(summary.split()[0]) + len(out.lines) - 1 == 30_001


def test_another_line_comes_through_a_flood(out: Log) -> None:
    out.flood(5000)
    out.say("the card cannot be written")
    assert out.lines[-1] == "the card cannot be written"


def test_templates_without_end_have_a_limit_in_all(out: Log) -> None:
    for number in range(5000):
        out.say(f"template {number} %d", number)
    assert len(out.lines) <= BURST_OF_ALL


def test_the_last_count_is_logged_at_the_end(out: Log) -> None:
    out.flood(5000)
    out.handler.close()
    assert out.lines[-1] == f"{5000 - BURST} more of: refused %d"
