"""The forms of an emergency's words: which bodies are well-formed, and what 0.1.0 reads of them."""

from __future__ import annotations

from typing import Any

import pytest

from agent.contract.document import Emergency
from tests.harness.signed_documents import FIRST, SECOND, code_of, emergency, judge, seal

MEDIA = [
    {"sha256": letter * 64, "bytes": 9, "mime": "audio/ogg", "duration_ms": 1000, "urls": []}
    for letter in "ab"
]


def body(**members: Any) -> dict[str, Any]:
    return emergency(media=MEDIA, bodies=[{"lang": "km", **members}])


def test_phrases_may_stand_beside_a_recording_or_be_all_that_was_recorded() -> None:
    for recording in ("a", "b"):
        signed = body(media=[recording * 64], phrases=["b" * 64])
        document = judge(seal(signed, FIRST, SECOND), "emergency").document
        assert isinstance(document, Emergency)
        assert document.bodies[0].phrases == ["b" * 64]


@pytest.mark.parametrize("phrases", [[], ["c" * 64], ["b" * 64] * 257, "b", None])
def test_phrases_are_digests_of_the_documents_own_media(phrases: object) -> None:
    signed = body(media=["a" * 64], phrases=phrases)
    assert code_of(lambda: judge(seal(signed, FIRST, SECOND), "emergency")) == "E_SCHEMA"


def test_phrases_alone_say_nothing_to_an_older_box_and_are_refused() -> None:
    """0.1.0 wants `media` or `text` in every body; the centre writes the phrases into both."""
    assert (
        code_of(lambda: judge(seal(body(phrases=["b" * 64]), FIRST, SECOND), "emergency"))
        == "E_SCHEMA"
    )
