"""What an agent's start reads of its memory, in its order, without the agent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from agent.contract.ids import parse_place
from agent.contract.report import Record
from agent.evidence.journal import Journal
from agent.store import clock_state, documents, key_value
from agent.store.authority_files import read as read_authority
from agent.store.database import Store
from agent.store.key_value_types import SILENCE_KEY, SILENCES_REPORTED, ReportedSilence
from agent.store.local_mute import LocalMute
from agent.store.pause_history import last_pauses
from agent.store.state_origin import load_origin
from tests.harness.full_state import AT, BOOT, STATION


@dataclass(frozen=True)
class Started:
    """What the box knows.

    Args:
        session: of its first connection.
        floors: by issuer, kind and slot.
        documents: (issuer, kind, slot, epoch, seq) in force.
        is_new: must a head vouch?
        words: all else that it remembers.
        told: what it says of losses.
        epoch: of its journal.
        past: epochs of former lives that it has still to send.
    """

    session: int
    floors: dict[tuple[str, str, str], tuple[int, int, str]]
    documents: set[tuple[str, str, str, int, int]]
    is_new: bool
    words: dict[str, Any]
    told: str
    epoch: str
    past: list[str]


async def start(folder: Path, store: Store, boot_id: str = BOOT) -> Started:
    """Everything that may raise at a start, and the record that says what was lost."""
    words = await store.run(clock_state.load)
    clock = clock_state.build_clock(words, None, boot_id)
    clock.fix(AT, clock._boot(), "k" * 64)
    floors = await store.run(documents.load_floors)
    switch = LocalMute(store, clock, boot_id)
    await switch.load()
    told = await store.run(key_value.get, SILENCES_REPORTED)
    journal = Journal(store, STATION, clock, boot_id)
    await journal.open()
    held = await store.run(documents.held)
    authority = await store.run(read_authority)
    last_place = await store.run(key_value.get, key_value.LAST_PLACE)
    session = await store.run(key_value.next_session)
    await store.run(documents.prune, AT)
    pauses = await store.run(last_pauses, ["vn.84", "k" * 64])
    boot, gaps = await _what_was_told(journal)
    return Started(
        session=session,
        floors={tuple(key.split("/", 2)): floor for key, floor in floors.holds().items()},  # type: ignore[misc]  # three
        documents={(d.issuer, d.kind, d.slot, d.epoch, d.seq) for d in (h.document for h in held)},
        is_new=(await store.run(load_origin)).is_new,
        words={
            "clock": words, "silence": switch.is_on, "pauses": pauses,
            "told": msgspec.json.decode(told, type=dict[str, ReportedSilence]) if told else {},
            "key": await store.run(key_value.get, SILENCE_KEY), "authority": authority.floors,
            "place": parse_place(last_place) if last_place else None,
            "cut": boot["cut"], "beat": boot["last_beat_at"],
        },
        told=", ".join([store.damage, *gaps, *([] if boot["database"] == "ok" else ["database"])]),
        epoch=journal.epoch,
        past=[one.epoch for one in journal.past],
    )  # fmt: skip


async def _what_was_told(journal: Journal) -> tuple[dict[str, Any], list[str]]:
    """As a sender reads it: up to each hole, and from behind it."""
    seq, records = 0, []
    while seq < journal.last_seq:
        run = [msgspec.json.decode(raw, type=Record) for raw in await journal.pending(seq, 100)]
        seq = run[-1].seq if run else journal.last_seq
        records += run
    boot = [one.detail for one in records if one.kind == "boot"][-1]
    assert boot is not None
    return boot, [str(one.detail) for one in records if one.kind == "gap"]
