"""An item fails for this showing, and only for this version of its document."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from agent.contract.priority import Level
from agent.play.failed_item import FailedItems
from tests.harness.sound_output_harness import build_item

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def test_a_newer_document_tries_the_same_entry_again() -> None:
    failed, item = FailedItems(), build_item("notice", NOW)
    failed.add(item, "E_FIT", NOW)
    assert failed.has(item)
    assert list(failed.keys) == [item.key]
    assert not failed.has(replace(item, source=replace(item.source, doc_sha256="newer")))


def test_the_second_death_of_a_worker_is_the_items_fault() -> None:
    failed, item = FailedItems(), build_item("notice", NOW)
    assert not failed.add_death(item)
    assert not failed.has(item)
    failed.forget_past(NOW)
    assert failed.add_death(item)


def test_an_emergency_is_tried_for_as_long_as_it_is_in_force() -> None:
    failed, alarm = FailedItems(), replace(build_item("alarm", NOW), level=Level.EMERGENCY)
    assert not any(failed.add_death(alarm) for _ in range(5))
    failed.add(alarm, "E_RENDER", NOW)
    failed.forget_past(NOW + timedelta(seconds=9))
    assert failed.has(alarm)
    failed.forget_past(NOW + timedelta(seconds=10))
    assert not failed.has(alarm)
    assert list(failed.keys) == []


def test_an_alarm_whose_text_cannot_be_drawn_is_not_tried_again() -> None:
    failed, alarm = FailedItems(), replace(build_item("alarm", NOW), level=Level.EMERGENCY)
    failed.add(alarm, "E_FIT", NOW)
    failed.forget_past(NOW + timedelta(minutes=5))
    assert failed.has(alarm)


def test_what_ended_a_day_ago_is_forgotten() -> None:
    failed, item = FailedItems(), build_item("notice", NOW)
    failed.add(item, "E_FIT", NOW)
    failed.forget_past(item.end_at + timedelta(hours=23))
    assert failed.has(item)
    failed.forget_past(item.end_at + timedelta(hours=24))
    assert not failed.has(item)
