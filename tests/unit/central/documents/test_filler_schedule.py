"""Slot `base` of a schedule is filler; what follows another item states no time of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from msgspec import UNSET

from agent.contract.document import Playlist
from agent.errors import YamlFaults
from central.documents.schedule_compiler import compile_schedule
from central.documents.summary import describe

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
SHOWN = 'show: {text: "Nước"}, for: 1h'


def compiled(folder: Path, head: str, *items: str) -> Playlist:
    file = folder / "lich.yaml"
    lines = "".join(f"  - {{{item}, {SHOWN}}}\n" for item in items)
    file.write_text(
        f'{head}\nto: ["84/29266/*"]\nfrom: 2026-12-01\nuntil: 2026-12-06\nitems:\n{lines}'
    )
    payload = compile_schedule(
        file, issuer="vn.84.29266", seq=1, epoch=1, now=NOW, media_dir=folder / "media",
        media_base_url="https://m.example.vn",
    )  # fmt: skip
    return msgspec.json.decode(payload, type=Playlist)


ITEM = 'title: Nhạc, at: "05:30"'


def test_slot_base_is_filler_and_critical(tmp_path: Path) -> None:
    found = compiled(tmp_path, "slot: base", ITEM)
    assert (found.filler, found.crit) == (True, ["filler"])
    assert any("NỀN" in line for line in describe(found, "vi"))


@pytest.mark.parametrize(
    "head", ["slot: tuan", "slot: base\nfiller: false", "slot: tuan\nfiller: false"]
)
def test_other_slots_and_a_base_that_says_so_are_programme(head: str, tmp_path: Path) -> None:
    found = compiled(tmp_path, head, ITEM)
    assert (found.filler, found.crit) == (UNSET, UNSET)
    assert not any("NỀN" in line for line in describe(found, "vi"))


def test_a_standby_picture_needs_no_times_and_is_named_to_whoever_signs(tmp_path: Path) -> None:
    file = tmp_path / "lich.yaml"
    head = 'to: ["84/29266/*"]\nfrom: 2026-12-01\nuntil: 2027-11-30\nitems:\n'
    item = '  - {title: Hình chờ, show: {text: "UBND xã"}, standby: true}\n'
    terms = {"issuer": "vn.84.29266", "seq": 1, "epoch": 1, "now": NOW}
    urls = {"media_dir": tmp_path, "media_base_url": "https://m.example.vn"}
    file.write_text(f"slot: base\n{head}{item}")
    found = msgspec.json.decode(compile_schedule(file, **terms, **urls), type=Playlist)
    (entry,) = found.entries
    assert entry.standby is True
    assert (entry.when.at, entry.body.scene.ms) == (["00:00:00"], 86_400_000)  # for older boxes
    assert any("HÌNH CHỜ" in line for line in describe(found, "vi"))
    for bad in (f"slot: tuan\n{head}{item}", f"slot: base\n{head}{item.replace('text', 'ticker')}"):
        file.write_text(bad)
        with pytest.raises(YamlFaults) as caught:
            compile_schedule(file, **terms, **urls)
        assert "items[0].standby" in [fault.key for fault in caught.value.faults]


@pytest.mark.parametrize(
    "head", ["slot: tuan\nfiller: true", "slot: base\nclass: priority\nfiller: true"]
)
def test_filler_elsewhere_is_a_fault_of_the_file(head: str, tmp_path: Path) -> None:
    with pytest.raises(YamlFaults) as caught:
        compiled(tmp_path, head, ITEM)
    assert [fault.key for fault in caught.value.faults] == ["filler"]


def test_a_time_or_a_turn_of_what_follows_is_a_fault_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(YamlFaults) as caught:
        compiled(
            tmp_path, "slot: tuan", f"id: a, {ITEM}",
            'title: B, start: {after: a}, at: ["05:40", "06:00"]',
            "title: C, start: {after: a}, stagger: 30s",
        )  # fmt: skip
    assert [fault.key for fault in caught.value.faults] == ["items[1].at", "items[2].stagger"]


def test_whoever_signs_a_document_is_told_of_a_time_that_is_not_used(tmp_path: Path) -> None:
    found = compiled(tmp_path, "slot: tuan", f"id: a, {ITEM}", "title: B, start: {after: a}")
    first, follower = found.entries
    timed = msgspec.structs.replace(follower, when=first.when)
    told = "\n".join(describe(msgspec.structs.replace(found, entries=[first, timed]), "en"))
    assert "right after item a (the time 05:30 that it states is NOT used)" in told
    assert "NOT used" not in "\n".join(describe(found, "en"))
