"""The share of the processor that strangers' messages have."""

from __future__ import annotations

import pytest

from agent.link import cpu_share
from agent.link.cpu_share import BURST_S, LONGEST_REST_S, CpuShare


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(cpu_share, "mono_s", lambda: now[0])
    return now


def test_over_any_long_time_the_share_is_kept(at: list[float]) -> None:
    share, spent_s, began_s = CpuShare(0.2), 0.0, at[0]
    for cost_s in [0.0002, 0.01, 0.001] * 2000:
        spent_s += cost_s
        at[0] += cost_s + share.spend(cost_s)
    assert spent_s <= 0.2 * (at[0] - began_s) + BURST_S + 0.01
    assert spent_s >= 0.19 * (at[0] - began_s)  # and it is had, too


def test_a_rare_message_never_waits(at: list[float]) -> None:
    share = CpuShare(0.2)
    for _ in range(100):
        at[0] += 1.0
        assert share.spend(0.01) == 0.0


def test_no_single_message_makes_the_next_one_wait_long(at: list[float]) -> None:
    assert CpuShare(0.2).spend(60.0) == LONGEST_REST_S
    assert at == [100.0]
