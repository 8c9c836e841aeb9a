"""Every JSON example of docs/contract.md is what the types accept: the page cannot drift."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent.contract import report
from agent.contract.document import KINDS, TYPE_OF_KIND
from agent.contract.envelope import Envelope
from agent.contract.strict_json import parse_strict
from agent.trust.schema import check_document

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"(?:<!-- (\w+) -->\n)?```json\n(.*?)\n```", re.DOTALL)
EXAMPLES = [(match[1], match[2]) for match in EXAMPLE.finditer(PAGE)]
DOCUMENTS = [text for name, text in EXAMPLES if name is None]
REPORTS = [(name, text) for name, text in EXAMPLES if name is not None]


def test_the_page_shows_every_kind_once() -> None:
    assert sorted(parse_strict(text.encode())["kind"] for text in DOCUMENTS) == sorted(KINDS)


@pytest.mark.parametrize("text", DOCUMENTS, ids=lambda text: text[9:30])
def test_a_document_of_the_page_passes_the_rules_of_trust(text: str) -> None:
    kind = parse_strict(text.encode())["kind"]
    check_document(msgspec.json.decode(text, type=TYPE_OF_KIND[kind]), kind)


@pytest.mark.parametrize(("name", "text"), REPORTS, ids=[name for name, _ in REPORTS])
def test_a_report_of_the_page_is_the_type_it_says_member_for_member(name: str, text: str) -> None:
    type_: Any = Envelope if name == "Envelope" else getattr(report, name)
    plain = msgspec.json.decode(text)
    # Round trip: a member that the type does not know would be dropped.
    read = msgspec.json.decode(text, type=type_)
    assert msgspec.json.decode(msgspec.json.encode(read)) == plain
