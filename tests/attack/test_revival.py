"""Attacks 115 to 117: who can bring an emergency back, and who can keep one out by being late."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from agent.clock import BUILD_AT
from agent.store.documents import prune
from agent.trust.tree import load_tree
from tests.fakes.fake_publisher import FakePublisher
from tests.harness.head_fixture import HOUR, STATION, give_place, head, with_head_role
from tests.harness.headless_station import HeadlessStation
from tests.harness.signed_documents import (
    AT,
    FIRST,
    SECOND,
    TIME,
    cancel,
    emergency,
    seal,
    station_config,
    time_reply,
    utc_text,
)

MINUTE = timedelta(minutes=1)
END = cancel(issuer="vn.84.em", **{"class": "emergency"})


def alarm(**changes: Any) -> dict[str, Any]:
    return emergency(expires=utc_text(AT + 2 * HOUR), **changes)


def digest_of(document: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document).encode()).hexdigest()


def attesting(seq: int, nonce: str, *documents: dict[str, Any]) -> bytes:
    """A head of this very hour, by whoever has its key."""
    listed = [digest_of(one) for one in documents]
    return head(seq, {}, nonce=nonce, emergencies=listed)


async def placed(folder: Path, at: timedelta | None) -> HeadlessStation:
    box = await HeadlessStation(
        folder, STATION, with_head_role(), None if at is None else AT + at
    ).start()
    await give_place(box)
    return box


@pytest_asyncio.fixture
async def late(tmp_path: Path) -> AsyncIterator[HeadlessStation]:
    """A box that comes back fifty minutes after the alarm; its clock is right."""
    box = await placed(tmp_path, 50 * MINUTE)
    yield box
    await box.stop()


@pytest_asyncio.fixture
async def lost(tmp_path: Path) -> AsyncIterator[HeadlessStation]:
    """A box without any time."""
    box = await placed(tmp_path, None)
    yield box
    await box.stop()


async def test_attack_115_a_stolen_head_key_revives_an_emergency_before_its_end_alone(
    late: HeadlessStation,
) -> None:
    envelope = seal(alarm(), FIRST, SECOND)
    assert await late.receive(envelope, "emergency") == "E_TIME"
    # without the head's key: a head that answers nobody, or a former question
    assert await late.receive(head(1, {}, emergencies=[digest_of(alarm())]), "head") == "accepted"
    assert await late.receive(attesting(2, "0" * 32, alarm()), "head") == "accepted"
    assert await late.receive(seal(alarm(), SECOND, FIRST), "emergency") in ("E_TIME", "")
    assert "emergency" not in late.kinds
    # with it: this is what the thief gains
    assert (
        await late.receive(attesting(3, late.intake.nonces.create(), alarm()), "head") == "accepted"
    )
    assert "emergency" in late.kinds


async def test_attack_115_nothing_is_revived_after_its_own_end(late: HeadlessStation) -> None:
    late.pass_time(71 * MINUTE)
    nonce = late.intake.nonces.create()
    header = {"issued": utc_text(AT + 2 * HOUR), "expires": utc_text(AT + 20 * HOUR)}
    listed = head(1, {}, nonce=nonce, emergencies=[digest_of(alarm())], **header)
    assert await late.receive(listed, "head") == "accepted"
    assert await late.receive(seal(alarm(), FIRST, SECOND), "emergency") == "E_EXPIRED"


async def test_attack_115_one_signature_of_the_two_is_not_enough(late: HeadlessStation) -> None:
    await late.receive(attesting(1, late.intake.nonces.create(), alarm()), "head")
    assert await late.receive(seal(alarm(), FIRST), "emergency") == "E_THRESHOLD"


async def test_attack_115_a_question_of_five_minutes_ago_attests_nothing(
    late: HeadlessStation,
) -> None:
    nonce = late.intake.nonces.create()
    await late.receive(attesting(1, nonce, alarm()), "head")
    late.pass_time(6 * MINUTE)
    assert await late.receive(seal(alarm(), FIRST, SECOND), "emergency") == "E_TIME"


async def test_attack_115_without_the_time_the_head_alone_revives_nothing(
    lost: HeadlessStation,
) -> None:
    """Nobody could tell whether the emergency has ended, on a box that knows no time."""
    nonce = lost.intake.nonces.create()
    assert await lost.receive(attesting(1, nonce, alarm()), "head") == "accepted"
    assert await lost.receive(seal(alarm(), FIRST, SECOND), "emergency") == "E_TIME"


@pytest.mark.parametrize("end", [END, {**END, "cancels": alarm()["doc_id"]}], ids=["event", "doc"])
async def test_attack_116_what_was_cancelled_stays_so(
    late: HeadlessStation, end: dict[str, Any]
) -> None:
    """The box slept through the alarm and has its cancel: also after a restart."""
    assert await late.receive(seal(end, FIRST, SECOND), "cancel") == "accepted"
    await late.receive(attesting(1, late.intake.nonces.create(), alarm()), "head")
    envelope = seal(alarm(), FIRST, SECOND)
    assert await late.receive(envelope, "emergency") == "E_REPLAY"
    await late.stop()
    late.begins = late.clock.now().at
    await late.start()
    await late.receive(attesting(2, late.intake.nonces.create(), alarm()), "head")
    assert await late.receive(envelope, "emergency") == "E_REPLAY"
    assert "emergency" not in late.kinds


async def test_attack_116_a_cancel_that_came_first_is_remembered_longer_than_its_alert_is_valid(
    late: HeadlessStation,
) -> None:
    """Its own expiry, the clearing of the card and restarts do not make the box forget it."""
    end = {**END, "expires": utc_text(AT + HOUR)}
    assert await late.receive(seal(end, FIRST, SECOND), "cancel") == "accepted"
    envelope = seal(alarm(), FIRST, SECOND)
    answers = []
    for seq, passed in ((1, 15 * MINUTE), (2, timedelta(days=40))):
        late.pass_time(passed)
        await late.store.run(prune, late.clock.now().at)
        await late.stop()
        late.begins = late.clock.now().at
        await late.start()
        await late.receive(attesting(seq, late.intake.nonces.create(), alarm()), "head")
        answers.append(await late.receive(envelope, "emergency"))
        assert "emergency" not in late.kinds
    assert answers[0] == "E_REPLAY"
    assert answers[1] != "accepted"  # it has expired, as has all else that the box holds
    refused = [detail for kind, detail in late.journal.records if kind == "refusal"]
    assert "was cancelled" in next(one["hint"] for one in refused if one["code"] == "E_REPLAY")


async def test_attack_116_an_answer_recorded_before_the_cancel(late: HeadlessStation) -> None:
    """The broker keeps the cancel back: five minutes of delay are all that it gains."""
    recorded = attesting(1, late.intake.nonces.create(), alarm())
    late.pass_time(6 * MINUTE)
    assert await late.receive(recorded, "head") == "accepted"
    assert await late.receive(seal(alarm(), FIRST, SECOND), "emergency") == "E_TIME"


async def test_attack_117_a_late_time_does_not_use_up_the_question(lost: HeadlessStation) -> None:
    nonce = lost.intake.nonces.create()
    lost.pass_time(timedelta(seconds=32))
    assert await lost.receive(seal(time_reply(nonce=nonce), TIME), "time") == "E_TIME"
    assert lost.clock.now().quality == "FLOOR"
    named = seal(emergency(nonce=nonce), FIRST, SECOND)
    assert await lost.receive(named, "emergency") == "accepted"


async def test_attack_117_a_late_time_is_enough_for_what_the_head_attests(
    lost: HeadlessStation,
) -> None:
    """A centre behind a slow link: no clock is set, and the alarm is heard all the same."""
    nonce = lost.intake.nonces.create()
    lost.pass_time(timedelta(seconds=40))
    answer = time_reply(nonce=nonce, utc=utc_text(AT + 50 * MINUTE))
    assert await lost.receive(seal(answer, TIME), "time") == "E_TIME"
    assert await lost.receive(attesting(1, nonce, alarm()), "head") == "accepted"
    assert await lost.receive(seal(alarm(), FIRST, SECOND), "emergency") == "accepted"


async def test_attack_117_a_late_time_counts_as_late_as_it_can_be(lost: HeadlessStation) -> None:
    """Signed 30 s before the alarm ends and 40 s under way: it may have ended."""
    nonce = lost.intake.nonces.create()
    lost.pass_time(timedelta(seconds=40))
    answer = time_reply(nonce=nonce, utc=utc_text(AT + 2 * HOUR - timedelta(seconds=30)))
    await lost.receive(seal(answer, TIME), "time")
    await lost.receive(attesting(1, nonce, alarm()), "head")
    assert await lost.receive(seal(alarm(), FIRST, SECOND), "emergency") == "E_TIME"


async def test_attack_117_a_question_sets_the_clock_once(lost: HeadlessStation) -> None:
    nonce = lost.intake.nonces.create()
    assert await lost.receive(seal(time_reply(nonce=nonce), TIME), "time") == ""
    assert lost.clock.now().quality == "SYNCED"
    again = time_reply(nonce=nonce, utc=utc_text(AT + MINUTE))
    assert await lost.receive(seal(again, TIME), "time") == "E_TIME"


async def test_an_emergency_that_overtook_its_proof_is_judged_again(late: HeadlessStation) -> None:
    """A group's message comes at once, the head of this station behind it."""
    assert await late.receive(seal(alarm(), FIRST, SECOND), "emergency") == "E_TIME"
    await late.receive(attesting(1, late.intake.nonces.create(), alarm()), "head")
    assert [one.result for one in late.results[-2:]] == ["accepted", "accepted"]
    assert "emergency" in late.kinds


async def test_an_emergency_that_overtook_the_time_is_judged_again(lost: HeadlessStation) -> None:
    nonce = lost.intake.nonces.create()
    assert await lost.receive(seal(alarm(), FIRST, SECOND), "emergency") == "E_TIME"
    await lost.receive(seal(time_reply(nonce=nonce), TIME), "time")
    assert "emergency" in lost.kinds


async def test_an_emergency_that_overtook_a_late_time_is_judged_again(
    lost: HeadlessStation,
) -> None:
    """Head and emergency came through, only the time was too slow to set a clock."""
    nonce = lost.intake.nonces.create()
    assert await lost.receive(attesting(1, nonce, alarm()), "head") == "accepted"
    assert await lost.receive(seal(alarm(), FIRST, SECOND), "emergency") == "E_TIME"
    lost.pass_time(timedelta(seconds=40))
    await lost.receive(seal(time_reply(nonce=nonce, utc=utc_text(AT + 50 * MINUTE)), TIME), "time")
    assert "emergency" in lost.kinds


@pytest.mark.parametrize("is_answered", [True, False], ids=["late time", "no time"])
async def test_a_box_whose_clock_stands_at_build_time_takes_an_emergency_by_its_nonce(
    tmp_path: Path, *, is_answered: bool
) -> None:
    """Its files are minutes old, and three weeks ahead of all that it knows of the time."""
    tree = FakePublisher(AT - 5 * MINUTE)
    box = await HeadlessStation(tmp_path, STATION, load_tree(tree.files()), None).start()
    assert box.clock.now().at < BUILD_AT + MINUTE < AT - 20 * 24 * HOUR
    config = seal(station_config(), *tree.signers("vn.84"))
    assert await box.receive(config, "station-config") == "accepted"
    nonce = box.intake.nonces.create()
    if is_answered:
        box.pass_time(timedelta(seconds=32))
        await box.receive(seal(time_reply(nonce=nonce), *tree.signers("vn.time")), "time")
    envelope = seal(emergency(nonce=nonce), *tree.signers("vn.84.em"))
    assert await box.receive(envelope, "emergency") == "accepted"
    await box.stop()


async def test_a_nonce_does_not_make_old_files_fresh(tmp_path: Path) -> None:
    """Kept back for three days: the alarm's keys may have been revoked since."""
    tree = FakePublisher(AT - 72 * HOUR)
    box = await HeadlessStation(tmp_path, STATION, load_tree(tree.files()), None).start()
    await box.receive(seal(station_config(), *tree.signers("vn.84")), "station-config")
    nonce = box.intake.nonces.create()
    envelope = seal(emergency(nonce=nonce), *tree.signers("vn.84.em"))
    assert await box.receive(envelope, "emergency") == "E_STALE"
    await box.stop()
