"""A box reports which members of a document it ignores: in each answer, and once in the journal."""

from __future__ import annotations

from pathlib import Path

from msgspec import UNSET

from tests.harness.head_fixture import STATION, give_place
from tests.harness.headless_station import HeadlessStation
from tests.harness.signed_documents import AT, AUTHORITY, COMMUNE, playlist, seal


async def test_ignored_members_are_in_every_answer_and_once_in_the_journal(
    tmp_path: Path,
) -> None:
    box = await HeadlessStation(tmp_path, STATION, AUTHORITY, AT).start()
    await give_place(box)
    for seq in (42, 43):
        message = seal(playlist(seq=seq, mood="calm"), COMMUNE)
        assert await box.receive(message, "playlist") == "accepted"
        assert box.results[-1].ignored == ["mood"]
        assert box.results[-1].detail == ""
    details = [detail for kind, detail in box.journal.records if kind == "config"]
    assert [one["members"] for one in details] == [["mood"]]
    assert details[0]["by"] == "vn.84.29266"
    assert await box.receive(seal(playlist(seq=44), COMMUNE), "playlist") == "accepted"
    assert box.results[-1].ignored is UNSET
    await box.stop()


async def test_an_unknown_critical_member_is_refused_by_name_and_nothing_is_kept(
    tmp_path: Path,
) -> None:
    box = await HeadlessStation(tmp_path, STATION, AUTHORITY, AT).start()
    await give_place(box)
    message = seal(playlist(crit=["entries.song"]), COMMUNE)
    assert await box.receive(message, "playlist") == "E_UNSUPPORTED"
    assert "entries.song" in box.results[-1].detail
    assert "playlist" not in box.kinds
    await box.stop()
