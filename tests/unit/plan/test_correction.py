"""What a correction takes the place of: the newest of a slot, as boxes hold documents."""

from __future__ import annotations

from typing import Any

import pytest

from agent.contract.accepted import HeldDocument
from agent.plan.correction import correct, hold
from tests.harness.accepted_documents import AT, accepted


@pytest.mark.parametrize(
    ("kind", "more", "left"),
    [
        ("playlist", {}, 1),
        ("playlist", {"slot": "khac"}, 2),
        ("playlist", {"issuer": "vn.84"}, 2),
        ("emergency", {"trigger": "key"}, 1),
        ("emergency", {}, 2),
        ("cancel", {}, 2),
    ],
)
def test_only_what_has_the_same_slot_is_displaced_and_no_order(
    kind: str, more: dict[str, Any], left: int
) -> None:
    same = {name: value for name, value in more.items() if name == "trigger"}
    former: HeldDocument = hold(accepted(kind, 1, **same).document, AT)
    document = accepted(kind, 2, **more).document
    found = correct([former], document, AT)
    assert [one.document for one in found] == [former.document, document][-left:]
