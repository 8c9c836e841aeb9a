"""The one table of parts agrees with what boxes plan and what documents use."""

from __future__ import annotations

import pytest

from agent.contract.document import Body, Entry, EntryStart, Relay, TextBody, When
from agent.contract.feature import PARTS, entry_parts
from agent.errors import PlanError
from agent.plan.expansion import planned_ms

WHEN = When(["05:00:00"], [1], "2026-11-23", "2026-11-29")
SHOWN = Body(text=TextBody(show="Nước sạch"))
AT_ONCE = EntryStart("at")
USING = {
    "entries.start.kind=next": (EntryStart("next"), SHOWN),
    "entries.start.kind=within": (EntryStart("within", ms=60_000), SHOWN),
    "entries.start.kind=after": (EntryStart("after", entry="e0"), SHOWN),
    "entries.body.relay": (AT_ONCE, Body(relay=Relay("https://a.vn/vov1"))),
    "entries.body.text.say": (AT_ONCE, Body(text=TextBody(say="Kính thưa bà con"))),
}


@pytest.mark.parametrize(("part", "start", "body"), [(p, s, b) for p, (s, b) in USING.items()])
def test_the_plan_refuses_what_the_table_says(part: str, start: EntryStart, body: Body) -> None:
    entry = Entry("e1", "Bản tin", "vi", ["*"], WHEN, start, body, max_ms=60_000)
    assert part in set(entry_parts(entry))
    code = None
    try:
        planned_ms(entry, {})
    except PlanError as error:
        code = error.code
    assert (code == "E_UNSUPPORTED") == (PARTS[part] == "refused")
