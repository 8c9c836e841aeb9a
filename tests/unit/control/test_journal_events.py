"""Journal records in short: every kind has a code, a subject and words in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from agent.contract.report import Record
from agent.control.journal_events import build_event
from agent.page.messages import PHRASES
from tests.harness.play_records import HEAD, PLAY


def event(kind: str, **more: Any) -> tuple[str, str, str]:
    record = msgspec.convert({**HEAD, "kind": kind, **more}, Record)
    short = build_event(record, {"d/e1": "Ca nhạc"})
    assert short.seq == 7
    assert short.at == datetime(2026, 11, 24, 10, tzinfo=UTC)
    return short.code, short.subject, short.detail


def test_what_was_written_before_the_clock_was_trusted_has_no_moment() -> None:
    floor = {**HEAD, "kind": "boot", "clock": {"quality": "FLOOR", "error_s": None}}
    assert build_event(msgspec.convert(floor, Record), {}).at is None


def test_a_play_says_how_it_ended_and_why() -> None:
    assert event("play", play=PLAY) == ("play.full", "Bản tin sáng", "loa")
    cut = {**PLAY, "result": "cut", "reason": "preempted"}
    assert event("play", play=cut) == ("play.cut", "Bản tin sáng", "preempted")


def test_a_refusal_has_its_own_code_and_the_title_that_an_officer_knows() -> None:
    entry = {"code": "E_HOURS", "kind": "entry", "subject": "e1", "doc_id": "d", "hint": "rule"}
    assert event("refusal", detail=entry) == ("E_HOURS", "Ca nhạc", "rule")
    gone = {**entry, "doc_id": "withdrawn since"}
    assert event("refusal", detail=gone) == ("E_HOURS", "e1", "rule")
    document = {"code": "E_REPLAY", "kind": "playlist", "subject": "", "hint": "(1, 41)"}
    assert event("refusal", detail=document) == ("E_REPLAY", "playlist", "(1, 41)")


def test_a_fault_says_whether_it_begins_or_ends() -> None:
    detail = {"what": "link_down", "subject": "mqtt:8883", "state": "ends", "hint": ""}
    assert event("fault", detail=detail) == ("fault.ends", "link_down", "mqtt:8883")
    # as an engine's loss was written before faults had a state
    assert event("fault", detail={"what": "engine_lost"})[0] == "fault.begins"


def test_a_fix_of_the_clock_says_by_whom() -> None:
    assert event("clock_fix", detail={"step_ms": 12, "by": "nts"})[0] == "clock_fix.nts"
    assert event("clock_fix", detail={"step_ms": 12, "by": "centre"})[0] == "clock_fix"
    assert {"event.clock_fix.nts", "event.use.confirm-time"} <= PHRASES.keys()


def test_what_a_technician_did_says_where_from_or_why_not() -> None:
    used = {"do": "tone", "subject": "nga-ba", "by": "page", "from": "10.0.0.7", "result": "done"}
    assert event("command", detail=used) == ("use.tone", "nga-ba", "10.0.0.7")
    refused = {**used, "result": "refused", "code": "E_BUSY"}
    assert event("command", detail=refused) == ("use.tone", "nga-ba", "E_BUSY")


def test_a_press_of_an_emergency_key_says_which_key_and_what_came_of_it() -> None:
    pressed = {"what": "emergency-key", "by": "nut", "slot": "key", "doc_id": "d", "code": None}
    assert event("command", detail={**pressed, "result": "done"}) == ("key.done", "nut", "")
    refused = {**pressed, "result": "refused", "code": "E_NO_ALARM"}
    assert event("command", detail=refused) == ("key.refused", "nut", "E_NO_ALARM")
    # as it was written before a key started anything
    assert event("command", detail={"what": "emergency-key", "by": "nut"})[0] == "key.refused"
    for result in ("done", "ignored", "refused"):
        assert f"event.key.{result}" in PHRASES


@pytest.mark.parametrize("kind", ["boot", "config", "clock_fix", "gap", "silence"])
def test_every_other_kind_has_words(kind: str) -> None:
    code, _, detail = event(kind, detail={"state": "on"})
    assert f"event.{code}" in PHRASES
    assert detail == "on"
    assert event(kind)[0] == kind  # also without any detail


def test_a_proof_says_whether_the_play_was_heard_and_by_what() -> None:
    found = {"what": "proof", "epoch": "e", "seq": 6, "level": "A5", "method": "microphone"}
    assert event("config", detail={**found, "heard": True}) == ("proof.heard", "A5", "microphone")
    assert event("config", detail={**found, "heard": False})[0] == "proof.not_heard"
    unknown = {"what": "proof", "epoch": "e", "seq": 6, "level": "A2", "why": "safe_mode"}
    assert event("config", detail=unknown) == ("proof.unknown", "A2", "safe_mode")
    assert event("config", detail={"by": "page", "faults": 0})[0] == "config"
    assert {"event.proof.heard", "event.proof.not_heard", "event.proof.unknown"} <= PHRASES.keys()


def test_a_press_of_a_microphone_has_words_and_the_rule_that_refused_it() -> None:
    press = {"what": "microphone", "by": "nut-noi", "input": "ban"}
    rule = "zone_classes special: truong-hoc"
    refused = {**press, "result": "refused", "code": "E_POLICY", "rule": rule}
    assert event("command", detail=refused) == ("voice.refused", "nut-noi", rule)
    busy = {**press, "result": "refused", "code": "E_BUSY", "rule": ""}
    assert event("command", detail=busy) == ("voice.refused", "nut-noi", "E_BUSY")
    done = {**press, "result": "done", "code": None, "rule": None}
    assert event("command", detail=done) == ("voice.done", "nut-noi", "")
    assert {f"event.voice.{one}" for one in ("done", "refused", "off")} <= PHRASES.keys()


@pytest.mark.parametrize(
    ("peak_dbfs", "code"),
    [(-40, "voice.faint"), (-12.3, "voice.good"), (-0.2, "voice.clipped")],
)
def test_the_end_of_a_voice_says_how_loud_it_was(peak_dbfs: float, code: str) -> None:
    spoken = {
        "what": "microphone", "by": "nut-noi", "input": "ban-truc", "state": "off",
        "duration_ms": 9_000, "peak_dbfs": peak_dbfs, "reason": None,
    }  # fmt: skip
    assert event("command", detail=spoken) == (code, "nut-noi", f"{peak_dbfs:.0f} dBFS")
    assert f"event.{code}" in PHRASES
    ended = {**spoken, "reason": "E_POLICY: session"}
    assert event("command", detail=ended) == ("voice.off", "nut-noi", "E_POLICY: session")
    unknown = {**spoken, "peak_dbfs": None}
    assert event("command", detail=unknown) == ("voice.off", "nut-noi", "")
