"""A signed command and a power cut at each of its writes: carried out once, one result.

The box dies before or after its n-th transaction and starts again with what the card has.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.harness.command_box import HOUR, CommandBox, command, mute
from tests.harness.signed_documents import AT, PROVINCE, seal

WRITES = range(6)  # more than the longest of the commands needs


class PowerCutError(BaseException):
    """Nothing handles it, as nothing handles the end of the process."""


@pytest_asyncio.fixture
async def box(tmp_path: Path) -> AsyncIterator[CommandBox]:
    """In its place, its clock right."""
    box = await (await CommandBox(tmp_path).start()).place()
    yield box
    await box.stop()


def cut_power(box: CommandBox, writes: int, *, is_stored: bool) -> None:
    """The box dies at a transaction: after so many others, behind it or in front of it."""
    run: Callable[..., Awaitable[Any]] = box.box.store.run
    left = writes

    async def run_until_cut(*args: Any, **named: Any) -> Any:
        nonlocal left
        if left < 0 or (left == 0 and not is_stored):
            left = -1
            raise PowerCutError
        result = await run(*args, **named)
        left -= 1
        if left < 0:
            raise PowerCutError
        return result

    box.box.store.run = run_until_cut  # type: ignore[method-assign] # the test's card


async def order(box: CommandBox, document: dict[str, Any], writes: int, *, is_stored: bool) -> bool:
    """Send a command to a box that dies on the way, switch it on again; did it die?"""
    cut_power(box, writes, is_stored=is_stored)
    try:
        await box.receive(document)
    except PowerCutError:
        await box.restart()
        await box.box.receive(seal(document, PROVINCE), "command")  # the broker's second copy
        await box.executor.carry_out_due()
        return True
    await box.restart()
    return False


def last_results(box: CommandBox, document: dict[str, Any]) -> set[tuple[str, str | None]]:
    """What the journal says of it; a cut may report one twice, never two different ones."""
    mine = [one for one in box.records if one["doc_id"] == document["doc_id"]]
    assert mine
    assert (
        mine[-1]["result"]
        == [
            one for one in box.results if one.doc_id == document["doc_id"] and one.kind == "command"
        ][-1].result
    )
    return {(one["result"], one["code"]) for one in mine}


@pytest.mark.parametrize("is_stored", [False, True])
@pytest.mark.parametrize("writes", WRITES)
async def test_a_tone_sounds_once_at_the_most_and_has_one_result(
    box: CommandBox, writes: int, *, is_stored: bool
) -> None:
    tone = command("tone", args={"zones": ["nga-ba"]})
    await order(box, tone, writes, is_stored=is_stored)
    assert len(box.asked) <= 1
    (result,) = last_results(box, tone)
    assert result in {("done", None), ("failed", "E_INTERRUPTED")}
    assert box.asked or result[0] == "failed"


@pytest.mark.parametrize("writes", WRITES)
async def test_a_restart_is_asked_for_once_at_the_most_and_is_done(
    box: CommandBox, writes: int
) -> None:
    restart = command("restart")
    await order(box, restart, writes, is_stored=True)
    assert len(box.asked) <= 1
    assert last_results(box, restart) == {("done", None)}


@pytest.mark.parametrize("writes", WRITES)
async def test_a_mute_is_in_force_when_its_result_is_done(box: CommandBox, writes: int) -> None:
    lasting = mute(AT + HOUR)
    await order(box, lasting, writes, is_stored=False)
    assert last_results(box, lasting) == {("done", None)}
    assert box.levels.muted_until("nga-ba", box.box.clock.now()) == AT + HOUR


async def test_the_cuts_reach_every_write_of_a_command(tmp_path: Path) -> None:
    """So that the cases above leave none out."""
    survived = []
    for number, document in enumerate(
        (command("tone", args={"zones": ["nga-ba"]}), command("restart"), mute(AT + HOUR))
    ):
        box = await (await CommandBox(tmp_path / str(number)).start()).place()
        survived.append(not await order(box, document, WRITES[-1], is_stored=False))
        await box.stop()
    assert survived == [True] * 3


async def test_a_command_that_expires_while_the_power_is_off_changes_nothing(
    box: CommandBox,
) -> None:
    await box.box.receive(seal(mute(AT + 5 * HOUR), PROVINCE), "command")
    box.box.pass_time(2 * HOUR)
    await box.restart()
    assert box.levels.in_force(box.box.clock.now()) == {}
    assert box.records[-1]["code"] == "E_EXPIRED"


async def test_each_of_many_commands_is_carried_out_in_the_order_of_their_acceptance(
    box: CommandBox,
) -> None:
    """What came while the box could not act is done afterwards, the last one counts."""
    for number, gain_db in enumerate((-3, -6, -9)):
        slot = {"slot": f"am-luong-{number}", "doc_id": f"{number:032x}"}
        quieter = command("volume", args={"gain_db": gain_db}, **slot)
        assert await box.box.receive(seal(quieter, PROVINCE), "command") == "accepted"
    await box.restart()
    assert [one["gain_db"] for one in box.records] == [-3, -6, -9]
    assert box.levels.trim_db("nga-ba", box.box.clock.now()) == -9
