"""Which operations are refused, what they do, and what is recorded of them."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta

from agent.control.operations import OperationResult, Requester
from agent.plan.site_work import SiteWork
from tests.harness.station_box import Box


async def refusal(running: Awaitable[OperationResult]) -> str:
    result = await running
    assert result.outcome == "refused"
    return result.code


async def test_a_tone_is_refused_where_it_has_no_place(box: Box) -> None:
    assert await refusal(box.run("tone", "no-such-zone")) == "E_UNKNOWN"
    assert await refusal(box.run("tone", "mat-truoc")) == "E_UNKNOWN"
    assert await refusal(box.run("tone", "nga-ba")) == "E_NOT_READY"  # its engine does not run
    box.clock.at = datetime(2026, 11, 24, 15, tzinfo=UTC)  # 22:00: the built-in quiet hours
    assert await refusal(box.run("tone", "nga-ba")) == "E_QUIET"
    box.clock.quality = "FLOOR"
    assert await refusal(box.run("tone", "nga-ba")) == "E_NOT_READY"
    box.silence.left_s = 1.0
    assert await refusal(box.run("tone", "nga-ba")) == "E_SILENT"


async def test_a_face_that_is_not_there_or_away_is_said(box: Box) -> None:
    assert await refusal(box.run("pattern", "nga-ba")) == "E_UNKNOWN"
    assert await refusal(box.run("label", "mat-truoc")) == "E_NOT_READY"
    assert await box.reader.pictures.thumbnail("mat-truoc") is None


async def test_no_test_starts_while_the_key_on_the_box_is_turned(box: Box) -> None:
    box.mutes.is_locked = True
    assert await refusal(box.run("tone", "nga-ba")) == "E_SILENT"
    assert await refusal(box.run("pattern", "mat-truoc")) == "E_SILENT"
    assert await refusal(box.run("label", "mat-truoc")) == "E_SILENT"
    assert (await box.status()).is_locked


async def test_a_tone_is_refused_under_a_lockout_and_from_afar_at_an_open_door(box: Box) -> None:
    centre = Requester("vn.84", "")
    box.work[0] = SiteWork(is_door_open=True)
    assert await refusal(box.operations.run("tone", "nga-ba", centre)) == "E_DOOR"
    assert await refusal(box.run("tone", "nga-ba")) == "E_NOT_READY"  # whoever opened it may
    assert (await box.status()).work is None
    box.work[0] = SiteWork(is_locked_out=True)
    assert await refusal(box.operations.run("tone", "nga-ba", centre)) == "E_LOCKOUT"
    assert await refusal(box.run("tone", "nga-ba")) == "E_LOCKOUT"
    assert (await box.status()).work == "lockout"


async def test_the_local_mute_takes_effect_at_once_and_is_in_the_journal(box: Box) -> None:
    assert (await box.run("silence-on")).outcome == "done"
    silence = (await box.status()).silence
    assert silence is not None
    assert silence.until_at == box.clock.at + timedelta(seconds=100)
    assert (await box.run("silence-off")).outcome == "done"
    assert (await box.status()).silence is None
    assert len(box.changes) == 2
    states = [detail["state"] for kind, detail in box.journal.records if kind == "silence"]
    assert states == ["on", "off"]


async def test_an_operation_is_recorded_as_a_command_and_never_as_a_play(box: Box) -> None:
    await box.run("tone", "nga-ba")
    assert box.journal.records == [
        (
            "command",
            {"do": "tone", "subject": "nga-ba", "by": "page", "from": "10.0.0.7",
             "result": "refused", "code": "E_NOT_READY"},
        )
    ]  # fmt: skip


async def test_a_reload_is_recorded_with_its_faults_and_with_who_ordered_it(box: Box) -> None:
    result = await box.operations.run("reload", "", Requester("centre", ""))
    assert (result.outcome, list(result.output.faults)) == ("done", [])
    assert box.journal.records[0] == ("config", {"by": "centre", "faults": 0})
    assert [detail["by"] for kind, detail in box.journal.records if kind == "command"] == ["centre"]
