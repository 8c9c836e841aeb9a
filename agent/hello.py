"""What a box says of itself when it has connected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version

from agent.clock import Now
from agent.contract.document import Document
from agent.contract.feature import FEATURES
from agent.contract.ident import Place
from agent.contract.report import MAX_HOLDS, Hello
from agent.evidence.journal import Journal
from agent.health.snapshot import clock_state
from agent.settings.model import Output
from agent.store.documents import Floors, slot_of


def build_hello(  # noqa: PLR0913 - one keyword a part of the report
    session: int,
    *,
    boot_id: str,
    journal: Journal,
    nonce: str,
    place: Place | None,
    floors: Floors,
    in_force: Iterable[Document],
    authority: Mapping[str, int],
    now: Now,
    outputs: Sequence[Output],
) -> Hello:
    """Put it together; of very many slots those of documents in force come first."""
    return Hello(
        session=session,
        boot_id=boot_id,
        epoch=journal.epoch,
        last_seq=journal.last_seq,
        nonce=nonce,
        place=str(place) if place else None,
        holds=floors.holds(map(slot_of, in_force), MAX_HOLDS),
        partial=len(floors) > MAX_HOLDS,
        authority=dict(authority),
        agent=version("tramtin"),
        clock=clock_state(now),
        has=[("audio" if one.audio else "board") for one in outputs],
        features=list(FEATURES),
    )
