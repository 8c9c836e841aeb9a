"""Refusals: each sort at once, each signed document at once, all else counted and hashed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from types import SimpleNamespace
from typing import Any

import pytest

from agent.contract.report import Result
from agent.contract.topic import Topic
from agent.errors import TrustError
from agent.evidence import refusal_log
from agent.evidence.refusal_log import MAX_SORTS, RefusalLog
from tests.harness.signed_documents import COMMUNE, GOOD, STRANGER, judge, playlist, seal

OURS = Topic("playlist", "tuan", station="tv-cl-0007")
DOC_ID = "6b1f" * 8


class LogRun:
    """The records and results written, and a clock that is moved by hand."""

    def __init__(self) -> None:
        self.records: list[Any] = []
        self.results: list[Result] = []
        self.now_s = 1000.0
        self.log = RefusalLog(self, self.report)

    async def append(self, kind: str, *, detail: Any) -> None:
        assert kind == "refusal"
        self.records.append(detail)

    async def report(self, result: Result) -> None:
        self.results.append(result)

    async def junk(self, message: bytes, topic: Topic = OURS) -> None:
        await self.log.add(topic, message, TrustError("E_JSON", topic.kind, "not JSON"))

    async def judged(self, message: bytes, topic: Topic = OURS) -> None:
        """Refused by the verdict itself."""
        with pytest.raises(TrustError) as caught:
            judge(message)
        await self.log.add(topic, message, caught.value)


@pytest.fixture
def log_run(monkeypatch: pytest.MonkeyPatch) -> LogRun:
    monkeypatch.setattr(refusal_log, "mono_s", lambda: made.now_s if made else 1000.0)
    made: LogRun | None = None
    made = LogRun()
    return made


async def test_the_first_of_a_sort_is_reported_at_once_and_the_rest_in_one_summary(
    log_run: LogRun,
) -> None:
    messages = [b"junk %d" % number for number in range(100)]
    for message in messages:
        await log_run.junk(message)
    assert [one["code"] for one in log_run.records] == ["E_JSON"]
    assert log_run.records[0]["sha256"] == hashlib.sha256(messages[0]).hexdigest()
    await log_run.log.flush()
    summary = log_run.records[1]
    assert (summary["subject"], summary["count"]) == ("summary", 99)
    digests = b"".join(hashlib.sha256(message).digest() for message in messages[1:])
    expected = f"playlist E_JSON d 99 {hashlib.sha256(digests).hexdigest()}"
    assert summary["sorts"] == [expected]
    await log_run.log.flush()
    assert len(log_run.records) == 2  # nothing came since


async def test_attack_111_junk_without_end_hides_no_other_refusal(log_run: LogRun) -> None:
    for second in range(60):
        log_run.now_s += 1
        for number in range(20):
            await log_run.junk(b"%d %d" % (second, number))
        if second == 30:
            await log_run.judged(seal(playlist(), STRANGER))
            await log_run.junk(b"a", Topic("emergency", "x", group="xa-29266"))
            await log_run.judged(seal(playlist(to=["84/29266/tv-cl-0009"]), COMMUNE))
    await log_run.log.flush()
    assert [one["code"] for one in log_run.records] == [
        "E_JSON", "E_ROLE", "E_JSON", "E_STATION", "E_JSON"
    ]  # fmt: skip
    assert sum(one["count"] for one in log_run.records) == 60 * 20 + 3


async def test_attack_111_a_res_names_what_it_can_and_never_says_the_code_twice(
    log_run: LogRun,
) -> None:
    payload_of_a_stranger = seal(playlist(), STRANGER)
    await log_run.judged(payload_of_a_stranger)
    await log_run.junk(b"junk")
    await log_run.judged(seal(b'{"no":"playlist"}', COMMUNE, kind="playlist"))
    named = [(one.doc_id, one.code, one.sha256) for one in log_run.results]
    with pytest.raises(TrustError) as caught:
        judge(seal(b'{"no":"playlist"}', COMMUNE, kind="playlist"))
    assert named == [
        (DOC_ID, "E_ROLE", judge(seal(playlist(), COMMUNE)).sha256),
        (None, "E_JSON", hashlib.sha256(b"junk").hexdigest()),
        (None, "E_SCHEMA", caught.value.subject),
    ]
    assert [one.detail for one in log_run.results][:2] == ["no known signer", "not JSON"]
    assert all(one.code not in one.detail for one in log_run.results)


async def test_each_signed_document_is_answered_also_when_its_sort_was_reported(
    log_run: LogRun,
) -> None:
    elsewhere = [seal(playlist(seq=seq, to=["84/29266/tv-cl-0009"]), COMMUNE) for seq in range(30)]
    for message in elsewhere[:5]:
        await log_run.judged(message)
    assert len(log_run.results) == 5
    await log_run.judged(elsewhere[0])
    assert len(log_run.results) == 5  # the very same again is only counted
    for message in elsewhere[5:]:
        await log_run.judged(message)
    assert len(log_run.results) == 1 + 8  # one of its sort, then the budget of signed ones
    log_run.now_s += 60
    await log_run.judged(seal(playlist(seq=99, to=["84/29266/tv-cl-0009"]), COMMUNE))
    assert len(log_run.results) == 1 + 8 + 1
    await log_run.log.flush()
    assert sum(one["count"] for one in log_run.records) == 30 + 1 + 1


async def test_what_is_remembered_and_counted_is_bounded_whatever_topics_are_invented(
    log_run: LogRun,
) -> None:
    for number in range(2000):
        await log_run.junk(b"x", Topic(f"kind{number}", "s", group=f"g{number}"))
    assert len(log_run.records) == refusal_log.BURST
    assert len(log_run.log._counts) <= MAX_SORTS + 1
    await log_run.log.flush()
    assert len(log_run.records[-1]["sorts"]) <= MAX_SORTS + 1
    assert log_run.records[-1]["count"] == 2000 - refusal_log.BURST
    assert "other other other" in " ".join(log_run.records[-1]["sorts"])


async def test_after_an_hour_a_sort_is_reported_again(log_run: LogRun) -> None:
    await log_run.junk(b"1")
    log_run.now_s += 3601
    await log_run.junk(b"2")
    assert len(log_run.records) == 2


async def test_under_a_lasting_flood_the_summaries_grow_rare(
    log_run: LogRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    has_ended, is_over = asyncio.Event(), asyncio.Event()

    async def sleep(pause_s: float) -> None:
        slept.append(pause_s)
        log_run.now_s += pause_s
        if len(slept) == 7:
            is_over.set()
            await asyncio.Event().wait()

    async def append_while_it_lasts(kind: str, *, detail: Any) -> None:
        await LogRun.append(log_run, kind, detail=detail)
        if len(slept) < 6:
            await log_run.junk(b"%d" % len(slept))
        else:
            has_ended.set()

    faked: Any = SimpleNamespace(**{**vars(asyncio), "sleep": sleep})
    monkeypatch.setattr(refusal_log, "asyncio", faked)
    await log_run.junk(b"first of its sort")
    await log_run.junk(b"second")
    monkeypatch.setattr(log_run, "append", append_while_it_lasts)
    running = asyncio.create_task(log_run.log.run(), name="refusals")
    await has_ended.wait()
    log_run.now_s += 1000  # quiet for longer than the last pause
    for message in (b"told at once, after more than an hour", b"counted"):
        await log_run.junk(message)
    await is_over.wait()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert slept == [60, 120, 240, 480, 960, 960, 60]
    assert [one["count"] for one in log_run.records] == [1] * 9


async def test_a_stop_writes_what_was_counted(log_run: LogRun) -> None:
    running = asyncio.create_task(log_run.log.run(), name="refusals")
    await log_run.junk(b"1")
    await log_run.junk(b"2")
    await asyncio.sleep(0)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert [one["count"] for one in log_run.records] == [1, 1]


def test_the_document_that_the_tests_begin_with_is_good() -> None:
    assert judge(GOOD).document.doc_id == DOC_ID
