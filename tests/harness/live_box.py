"""A box's live reception with a clock that the test moves: no broker, no sound."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from agent.clock import Clock
from agent.contract.accepted import HeldDocument
from agent.contract.document import Document, StationConfig, StreamGrant
from agent.live import reception as reception_module
from agent.live.reception import LiveReception
from agent.live.stream_reception import StreamReception
from agent.state.documents_in_force import DocumentsInForce
from agent.state.live_voices import LiveVoices
from tests.harness.live_documents import Studio
from tests.harness.signed_documents import AT, station_config


def hold(document: Document) -> HeldDocument:
    return HeldDocument(document, "ab" * 32, b"", AT)


class LiveBox:
    """What a box makes of grants and segments."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, is_synced: bool = True) -> None:
        self.boot_s = 1000.0
        self.clock = Clock(boot=lambda: self.boot_s)
        if is_synced:
            self.clock.fix(AT, self.boot_s)
        self.documents, self.voices = DocumentsInForce(), LiveVoices()
        self.records: list[Any] = []
        self.issues: list[tuple[str, bool]] = []
        self.asked = 0
        self.reception = LiveReception(
            self.clock, self.documents, None, voices=self.voices, record=self._record,
            set_issue=lambda kind, _subject, hint: self.issues.append((kind, hint is not None)),
        )  # fmt: skip
        self.reception.time_wanted.connect(self._ask)
        monkeypatch.setattr(reception_module, "mono_s", lambda: self.boot_s)
        policy = {"quiet_hours": ["21:00-05:00"]}
        self._config = msgspec.convert(station_config(policy=policy), StationConfig)

    def _ask(self) -> None:
        self.asked += 1

    async def _record(self, detail: Any) -> None:
        self.records.append(detail)

    def allow(self, *grants: dict[str, Any]) -> None:
        """These grants are in force."""
        documents = [msgspec.convert(grant, StreamGrant) for grant in grants]
        self.documents.put([hold(self._config), *map(hold, documents)])
        self.reception.update()

    def take(self, studio: Studio, *messages: bytes) -> None:
        for message in messages:
            self.reception.receive(studio.stream_id, message)

    def pass_time(self, seconds: float) -> None:
        """Time passes, and what watches the streams has looked."""
        self.boot_s += seconds
        self.reception.update()

    @property
    def now_us(self) -> int:
        return round(self.clock.now().at.timestamp() * 1_000_000)

    @property
    def is_on(self) -> bool:
        return bool(self.voices.now)

    @property
    def stream(self) -> StreamReception:
        found = self.reception.find(self.voices.now[0].key)
        assert found is not None
        return found


def say(box: LiveBox, studio: Studio, segments: int = 1) -> None:
    """Speak for so many segments of 200 ms, as time passes."""
    for _ in range(segments):
        box.boot_s += 0.2
        box.take(studio, studio.segment())


SECOND = timedelta(seconds=1)
