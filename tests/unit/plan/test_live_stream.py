"""Which live streams the grants in force allow, and until when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.contract.accepted import HeldDocument
from agent.contract.document import Cancel, Document, StreamGrant
from agent.contract.priority import Level
from agent.plan.calendar import parse_window
from agent.plan.live_stream import LiveStream, judge_session, list_live_streams
from agent.plan.occurrence import Refusal
from agent.plan.policy import EffectivePolicy
from tests.harness.live_documents import STREAM_ID, stream_grant
from tests.harness.signed_documents import AT, cancel, utc_text

KEY = Ed25519PrivateKey.generate()
OPEN = EffectivePolicy(quiet=())
MINUTE = timedelta(minutes=1)


def hold(document: Document) -> HeldDocument:
    return HeldDocument(document, "ab" * 32, b"", AT)


def grant(**changes: Any) -> HeldDocument:
    return hold(msgspec.convert(stream_grant(KEY, **changes), StreamGrant))


def the_one(*held: HeldDocument, policy: EffectivePolicy = OPEN) -> LiveStream:
    (stream,) = list_live_streams(held, policy)[0].values()
    return stream


def test_a_grant_alone_allows_its_stream_for_ten_minutes() -> None:
    stream = the_one(grant())
    assert (stream.start_at, stream.end_at) == (AT, AT + 10 * MINUTE)
    assert (stream.level, stream.delay_ms, stream.zones) == (Level.PRIORITY, 1000, ("*",))


def test_what_the_grant_says_counts() -> None:
    stream = the_one(grant(delay_ms=3000, zones=["nga-ba"], title="Họp", lang="km"))
    assert (stream.delay_ms, stream.zones) == (3000, ("nga-ba",))
    assert (stream.title, stream.lang) == ("Họp", "km")


def test_a_routine_voice_is_above_the_schedule_and_below_priority() -> None:
    assert Level.SCHEDULED < the_one(grant(**{"class": "routine"})).level < Level.PRIORITY


def test_the_newest_grant_of_an_issuer_renews_the_stream() -> None:
    renewed = grant(seq=43, expires=utc_text(AT + 19 * MINUTE))
    assert the_one(renewed, grant()).end_at == AT + 19 * MINUTE


def test_another_issuer_with_the_same_id_replaces_nothing() -> None:
    streams, _ = list_live_streams([grant(), grant(issuer="vn.84.99999", seq=99)], OPEN)
    assert set(streams) == {f"vn.84.29266/{STREAM_ID}", f"vn.84.99999/{STREAM_ID}"}


def test_a_cancel_of_its_class_ends_it_by_stream_or_by_document() -> None:
    for name, class_, is_there in (
        (STREAM_ID, "priority", False), (grant().document.doc_id, "priority", False),
        (STREAM_ID, "routine", True),
    ):  # fmt: skip
        end = msgspec.convert(cancel(**{"cancels": name, "class": class_}), Cancel)
        assert bool(list_live_streams([grant(), hold(end)], OPEN)[0]) is is_there


def quiet_from(at: datetime) -> EffectivePolicy:
    local = at + timedelta(hours=7)
    return EffectivePolicy((parse_window(f"{local:%H:%M}-{local + timedelta(hours=8):%H:%M}"),))


def test_quiet_hours_end_a_voice_and_let_none_begin() -> None:
    assert the_one(grant(), policy=quiet_from(AT + 4 * MINUTE)).end_at == AT + 4 * MINUTE
    streams, refusals = list_live_streams([grant()], quiet_from(AT - MINUTE))
    assert not streams
    assert [(one.code, one.rule) for one in refusals] == [("E_HOURS", "quiet_hours 07:59-15:59")]


def test_an_emergency_voice_passes_quiet_hours() -> None:
    alarm = grant(**{"class": "emergency"})
    assert the_one(alarm, policy=quiet_from(AT - MINUTE)).end_at == AT + 10 * MINUTE


def test_a_session_is_as_long_as_policy_says_from_the_streams_beginning() -> None:
    policy = EffectivePolicy((), minutes_per_session=15)
    renewed = grant(seq=43, expires=utc_text(AT + 19 * MINUTE))
    assert the_one(renewed, policy=policy).end_at == AT + 15 * MINUTE


def test_a_day_without_sound_has_no_voice() -> None:
    _, refusals = list_live_streams([grant()], EffectivePolicy((), weekdays=frozenset({7})))
    assert [one.code for one in refusals] == ["E_POLICY"]  # 23 November 2026 is a Monday


TWO_A_DAY = EffectivePolicy(quiet=(), sessions_per_day=2)
FIRST = (AT - 120 * MINUTE, AT - 110 * MINUTE)
SECOND = (AT - 60 * MINUTE, AT - 50 * MINUTE)


def test_a_voice_is_a_session_of_the_day_unless_it_joins_one() -> None:
    stream = the_one(grant())
    assert judge_session(stream, TWO_A_DAY, [FIRST]) is None
    refusal = judge_session(stream, TWO_A_DAY, [SECOND, FIRST])
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.rule) == ("E_POLICY", "sessions_per_day 2")
    joined = (SECOND[0], AT - 4 * MINUTE)  # five minutes of pause are one session
    assert judge_session(stream, TWO_A_DAY, [joined, FIRST]) is None
    later = (AT + MINUTE, AT + 2 * MINUTE)
    assert judge_session(stream, TWO_A_DAY, [FIRST, later]) is None
    assert judge_session(stream, OPEN, [SECOND, FIRST]) is None


def test_the_minutes_of_the_session_that_it_joins_end_it() -> None:
    half_an_hour = EffectivePolicy(quiet=(), minutes_per_session=30)
    joined = (AT - 26 * MINUTE, AT - MINUTE)
    stream = the_one(grant(), policy=half_an_hour)
    ends = judge_session(stream, half_an_hour, [joined])
    assert ends == AT + 4 * MINUTE
    assert (stream.end_at, stream.end_by(ends).end_at) == (AT + 10 * MINUTE, AT + 4 * MINUTE)
    assert stream.end_by(ends).why_over == "E_HOURS"
    refusal = judge_session(stream, half_an_hour, [(AT - 31 * MINUTE, AT - MINUTE)])
    assert isinstance(refusal, Refusal)
    assert refusal.rule == "minutes_per_session 30"


def test_an_emergency_voice_is_no_session() -> None:
    stream = the_one(grant(**{"class": "emergency"}))
    assert judge_session(stream, TWO_A_DAY, [SECOND, FIRST]) is None
