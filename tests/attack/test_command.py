"""Attacks 127 to 131 of the catalogue: what a signed command must not do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from tests.harness.command_box import HOUR, CommandBox, command, mute
from tests.harness.signed_documents import (
    AT,
    COMMUNE,
    PROVINCE,
    SYNCED,
    code_of,
    judge,
    seal,
    utc_text,
)

NGA_BA = {"zones": ["nga-ba"]}
WEEK = timedelta(days=7)


@pytest_asyncio.fixture
async def box(tmp_path: Path) -> AsyncIterator[CommandBox]:
    """In its place, its clock right."""
    box = await (await CommandBox(tmp_path).start()).place()
    yield box
    await box.stop()


async def test_attack_127_a_command_that_is_sent_again(box: CommandBox) -> None:
    order, newer = mute(AT + HOUR), mute(AT + 2 * HOUR, seq=43)
    lifted = command("unmute", args=NGA_BA)
    assert [await box.receive(one) for one in (order, newer, lifted)] == ["done"] * 3
    assert await box.receive(newer) == ""
    assert await box.receive(order) == "E_REPLAY"
    await box.restart()
    assert await box.receive(newer) == ""
    assert await box.receive(order) == "E_REPLAY"
    assert box.levels.in_force(box.box.clock.now()) == {}


async def test_attack_127_a_tone_sounds_once_however_often_it_is_sent(box: CommandBox) -> None:
    order = command("tone", args=NGA_BA)
    for _ in range(5):
        await box.receive(order)
        await box.restart()
    assert box.asked == [("tone", "nga-ba")]


@pytest.mark.parametrize("to", [["84/29266/tv-cl-0008"], ["84/99999/*"]])
def test_attack_128_a_command_for_another_station(to: list[str]) -> None:
    envelope = seal(mute(AT + HOUR, to=to), PROVINCE)
    assert code_of(lambda: judge(envelope, "command")) == "E_STATION"


def test_attack_128_a_command_by_who_may_only_publish() -> None:
    order = mute(AT + HOUR, issuer="vn.84.29266")
    assert code_of(lambda: judge(seal(order, COMMUNE), "command")) in ("E_ROLE", "E_SCOPE")


async def test_attack_129_a_command_that_was_kept_back_until_it_expired(box: CommandBox) -> None:
    order = command("tone", args=NGA_BA)
    box.box.pass_time(timedelta(days=3))
    assert await box.receive(order) == "E_EXPIRED"
    assert box.asked == []


def test_attack_129_a_command_lives_a_day_at_the_most() -> None:
    order = seal(command("tone", hours=25, args=NGA_BA), PROVINCE)
    assert code_of(lambda: judge(order, "command")) == "E_TTL"


def test_attack_130_a_mute_longer_than_seven_days() -> None:
    longest, longer = AT + WEEK, AT + WEEK + timedelta(seconds=1)
    assert judge(seal(mute(longest), PROVINCE), "command", now=SYNCED).document.kind == "command"
    assert code_of(lambda: judge(seal(mute(longer), PROVINCE), "command")) == "E_SCHEMA"


async def test_attack_130_mutes_that_follow_each_other_are_each_on_record(box: CommandBox) -> None:
    """Whoever may mute may mute again; nobody can do it unseen."""
    assert await box.receive(mute(AT + WEEK)) == "done"
    box.box.pass_time(timedelta(days=6))
    again = AT + timedelta(days=6)
    assert await box.receive(mute(again + WEEK, at=again, seq=43)) == "done"
    assert [one["do"] for one in box.records] == ["mute", "mute"]
    assert [one["until"] for one in box.records] == [utc_text(AT + WEEK), utc_text(again + WEEK)]


@pytest.mark.parametrize("gain_db", [1, 6, -41])
def test_attack_131_a_volume_above_the_calibrated_one_or_out_of_range(gain_db: int) -> None:
    order = seal(command("volume", args={"gain_db": gain_db}), PROVINCE)
    assert code_of(lambda: judge(order, "command")) == "E_SCHEMA"


def test_attack_131_a_mute_that_does_not_say_that_it_must_be_known() -> None:
    """An older box would refuse it as malformed, not by name."""
    order = mute(AT + HOUR)
    del order["crit"]
    assert code_of(lambda: judge(seal(order, PROVINCE), "command")) == "E_SCHEMA"
