"""What an attacker who controls the broker would send, and the code that refuses each attempt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import msgspec

from agent.contract.document import Medium, Playlist
from agent.contract.topic import build_station_topic
from central.authority.signing_key import load_signer, make_key
from central.documents.sign import encode_document, new_doc_id, read_document, sign_document
from central.testbed.sample_documents import emergency
from central.testbed.stations import COMMUNE_STATION


@dataclass(frozen=True)
class Attack:
    """One attempt: the topic of its message, its bytes, and the expected refusal."""

    code: str
    topic: str
    envelope: bytes
    what_vi: str
    what_en: str


class AttackContext(Protocol):
    """What an attack is made from."""

    @property
    def folder(self) -> Path:
        """For the key of an outsider."""

    @property
    def sign(self) -> Callable[[bytes, str, str, int | None], bytes]:
        """(payload, kind, role, number of signatures) to an envelope."""


def build_attacks(bench: AttackContext, first: bytes, voice: Medium) -> list[Attack]:
    """Four attempts; `first` is an envelope once valid, since replaced by a newer one."""
    playlist = read_document(first)
    assert isinstance(playlist, Playlist)  # noqa: S101 - the scenario's own
    return [
        _by_unknown_key(bench, playlist),
        _for_another(bench, playlist),
        _replayed(playlist, first),
        _by_one(bench, voice),
    ]


def _topic(kind: str, slot: str) -> str:
    return build_station_topic(COMMUNE_STATION, kind, slot)


def _by_unknown_key(bench: AttackContext, playlist: Playlist) -> Attack:
    key = bench.folder / "stranger.pem"
    make_key(key)
    forged = msgspec.structs.replace(playlist, doc_id=new_doc_id(), seq=900)
    envelope = sign_document(encode_document(forged), "playlist", [load_signer(key)])
    return Attack(
        "E_ROLE",
        _topic("playlist", playlist.slot),
        envelope,
        "lịch phát do người lạ ký",
        "a playlist signed by a stranger",
    )


def _for_another(bench: AttackContext, playlist: Playlist) -> Attack:
    to = ["84/29266/tv-cl-0099"]
    other = msgspec.structs.replace(playlist, doc_id=new_doc_id(), seq=901, to=to)
    envelope = bench.sign(encode_document(other), "playlist", "vn.84.29266", None)
    return Attack(
        "E_STATION",
        _topic("playlist", playlist.slot),
        envelope,
        "lịch phát thật nhưng của trạm khác",
        "a genuine playlist of another station",
    )


def _replayed(playlist: Playlist, first: bytes) -> Attack:
    return Attack(
        "E_REPLAY",
        _topic("playlist", playlist.slot),
        first,
        "gửi lại lịch phát cũ đã bị thay",
        "the old playlist, replayed",
    )


def _by_one(bench: AttackContext, voice: Medium) -> Attack:
    payload = emergency(datetime.now(UTC), voice, seq=900)
    return Attack(
        "E_THRESHOLD",
        _topic("emergency", "khan-cap"),
        bench.sign(payload, "emergency", "vn.84.em", 1),
        "tin khẩn cấp chỉ có một chữ ký",
        "an emergency with one signature",
    )
