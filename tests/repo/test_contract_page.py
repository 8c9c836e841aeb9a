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
from agent.errors import TrustError
from agent.trust import metadata
from agent.trust.schema import check_document
from agent.trust.tree import load_root

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


def _named(name: str) -> Any:
    return getattr(report, name, None) or getattr(metadata, name)


def test_the_root_of_the_page_keeps_the_rules_but_that_nobody_signed_it() -> None:
    (text,) = [text for name, text in REPORTS if name == "RootFile"]
    signed = msgspec.json.decode(text)
    raw = msgspec.json.encode({"signatures": [], "signed": signed})
    with pytest.raises(TrustError, match="0/2 keys"):
        load_root(raw)


@pytest.mark.parametrize(("name", "text"), REPORTS, ids=[name for name, _ in REPORTS])
def test_a_report_of_the_page_is_the_type_it_says_member_for_member(name: str, text: str) -> None:
    type_: Any = Envelope if name == "Envelope" else _named(name)
    plain = msgspec.json.decode(text)
    # Round trip: a member that the type does not know would be dropped.
    read = msgspec.json.decode(text, type=type_)
    assert msgspec.json.decode(msgspec.json.encode(read)) == plain
