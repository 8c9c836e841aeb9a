"""The descriptive members of an entry are in the record of its play, for the yearly report."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from msgspec import UNSET

from agent.contract.accepted import HeldDocument
from agent.contract.document import Playlist
from agent.contract.report import Play
from agent.plan.advert import AdvertLimits
from agent.plan.policy import EffectivePolicy
from agent.plan.timeline import build_timeline
from agent.play.play_record import PlayResult, build_play
from agent.playout.item_builder import build_item
from central.reports.plays import describe_play
from tests.harness.signed_documents import AT, playlist

NEWS: dict[str, Any] = {
    "essential": True, "field": 3, "source": "UBND xã", "ref": "12/TB-UBND", "advert": True,
}  # fmt: skip


def record_of(**described: Any) -> Play:
    document = msgspec.convert(playlist(), Playlist)
    entry = msgspec.structs.replace(document.entries[0], **described)
    document = msgspec.structs.replace(document, entries=[entry])
    held = HeldDocument(document, "ab" * 32, b"", AT)
    policy = EffectivePolicy(quiet=(), adverts=AdvertLimits(hours=()))
    timeline = build_timeline([held], policy, AT, AT + timedelta(days=2))
    item = build_item(timeline.occurrences[0], lambda _digest: None)
    return build_play("loa", item, PlayResult("full"))


def test_the_record_has_the_members_of_the_entry() -> None:
    play = record_of(**NEWS)
    assert {name: getattr(play, name) for name in NEWS} == NEWS
    assert msgspec.json.decode(msgspec.json.encode(play))["field"] == 3


def test_a_record_of_an_entry_without_them_is_unchanged() -> None:
    written = msgspec.json.decode(msgspec.json.encode(record_of(**dict.fromkeys(NEWS, UNSET))))
    assert not NEWS.keys() & written.keys()


def test_show_plays_describes_them_in_words() -> None:
    row = msgspec.to_builtins(record_of(**NEWS))
    assert (
        "QUẢNG CÁO; thông tin thiết yếu; lĩnh vực 3 (chủ trương, chính sách, pháp luật);"
        " nguồn: UBND xã; văn bản số 12/TB-UBND"
    ) in describe_play(row, "vi")
    assert "ADVERTISEMENT; essential information; field 3" in describe_play(row, "en")
