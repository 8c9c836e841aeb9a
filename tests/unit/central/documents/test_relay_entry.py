"""What an officer writes to have boxes pull a radio, and what becomes of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from agent.contract.document import Playlist, Relay
from agent.errors import YamlFaults
from central.documents.schedule_compiler import compile_schedule
from central.documents.summary import describe

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
URL = "https://radio.example.vn/vov1"
KEY = "5a" * 32


def compiled(item: str, folder: Path, class_: str = "routine") -> Playlist:
    file = folder / "lich.yaml"
    file.write_text(
        f'slot: tuan\nclass: {class_}\nto: ["84/29266/*"]\nfrom: 2026-12-01\nuntil: 2026-12-06\n'
        f'items:\n  - {{title: VOV1, at: "05:30", {item}}}\n'
    )
    payload = compile_schedule(
        file, issuer="vn.84.29266", seq=1, epoch=1, now=NOW, media_dir=folder / "media",
        media_base_url="https://m.example.vn", editor="", approver="",
    )  # fmt: skip
    return msgspec.json.decode(payload, type=Playlist)


def test_a_relay_lasts_as_long_as_it_says(tmp_path: Path) -> None:
    (entry,) = compiled(f'for: 30m, relay: "{URL}"', tmp_path).entries
    assert (entry.body.relay, entry.max_ms) == (Relay(URL), 1_800_000)


def test_the_key_of_its_host_may_be_named(tmp_path: Path) -> None:
    (entry,) = compiled(f'for: 30m, relay: "{URL}", relay_key: {KEY}', tmp_path).entries
    assert entry.body.relay == Relay(URL, KEY)


@pytest.mark.parametrize(
    ("item", "class_", "path"),
    [
        (f'relay: "{URL}"', "routine", "items[0]"),  # for how long?
        ('for: 30m, relay: "http://radio.example.vn/vov1"', "routine", "items[0].relay"),
        (f'for: 30m, relay: "{URL}"', "priority", "items[0].relay"),
        (f'for: 30m, relay: "{URL}", relay_key: 12ab', "routine", "items[0].relay_key"),
        (f'for: 30m, say: "Kính thưa", relay_key: {KEY}', "routine", "items[0].relay_key"),
    ],
)
def test_what_a_box_would_not_relay_is_a_fault_of_the_file(
    item: str, class_: str, path: str, tmp_path: Path
) -> None:
    with pytest.raises(YamlFaults) as caught:
        compiled(item, tmp_path, class_)
    assert path in [fault.key for fault in caught.value.faults]


def test_who_signs_reads_what_it_is_worth(tmp_path: Path) -> None:
    document = compiled(f'for: 30m, relay: "{URL}"', tmp_path)
    text = "\n".join(describe(document, "vi"))
    assert f"TIẾP ÂM {URL} (hộp tự kéo, chỉ tin được đường truyền)" in text
