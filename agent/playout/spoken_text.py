"""What the documents in force want read aloud by the box."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from agent.contract.accepted import HeldDocument
from agent.contract.document import Emergency, Playlist, TextBody
from agent.settings.model import Speech
from speech.dialect import is_read


def list_read_aloud(held: Iterable[HeldDocument], settings: Speech) -> list[str]:
    """What needs a voice, each once: items, emergencies that nobody has recorded, the settings.

    An emergency whose words are recorded too is left out: its voice only stands in for them.
    """
    asked = [] if settings == Speech() else ["speech in station.yaml"]
    return [*dict.fromkeys([*asked, *_titles(held)])]


def _titles(held: Iterable[HeldDocument]) -> Iterator[str]:
    for one in held:
        document = one.document
        if isinstance(document, Playlist):
            for entry in document.entries:
                if _is_read_aloud(entry.lang, entry.body.text):
                    yield entry.title
        elif isinstance(document, Emergency):
            for body in document.bodies:
                if not body.media and _is_read_aloud(body.lang, body.text):
                    yield f"emergency {document.event_id}"


def _is_read_aloud(lang: str, text: TextBody | None) -> bool:
    return text is not None and bool(text.say) and is_read(lang)
