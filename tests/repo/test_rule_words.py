"""Every rule that the plan refuses by has words in both languages, in one catalogue."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from agent.contract.policy_rule import PHRASES, describe_rule

ROOT = Path(__file__).resolve().parents[2]
PLAN = ROOT / "agent" / "plan"
REFUSING = ("PlanError", "Refusal", "VoiceRefusal", "refuse", "_refuse")
NAMES = ("rule", "rules", "_rule", "NOT_ALLOWED")
# a value that suits a rule's form; a name of its own would be taken for one
VALUE = "7"
# texts for people, and what an emergency key lacks
NO_RULES = ("policy_text.py", "rehearsal_text.py", "week_picture.py", "prepared_alarm.py")
# the issue of docs/plan.md, docs/contract.md §3: at least these are found
WRITTEN_DOWN = {
    "quiet_hours", "maintenance", "weekdays", "sessions_per_day", "minutes_per_session", "adverts",
    "advert_hours", "advert_day_pct", "advert_session_pct", "zone_classes", "mourning", "expires",
    "relay_hosts", "calendar", "sun",
}  # fmt: skip


def text_of(node: ast.expr) -> str | None:
    """A rule as it is written, with `VALUE` for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (one.value if isinstance(one, ast.Constant) else VALUE for one in node.values)
        return "".join(map(str, parts))
    return None


def expressions(tree: ast.Module) -> Iterator[ast.expr]:
    """Where a rule may stand: what is returned, refused with, or assigned to a name of rules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Return) and node.value is not None:
            if not isinstance(node.value, ast.Dict):
                yield node.value
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in REFUSING:
            yield from node.args[-1:]
        elif isinstance(node, ast.Assign):
            names = {ast.unparse(target).split(".")[-1] for target in node.targets}
            if not names.isdisjoint(NAMES):
                yield node.value


def candidates(node: ast.expr) -> Iterator[ast.expr]:
    """The strings of an expression: of its branches, of a pair's last, of a table's names."""
    if isinstance(node, ast.IfExp):
        yield from candidates(node.body)
        yield from candidates(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for one in node.values:
            yield from candidates(one)
    elif isinstance(node, ast.Tuple) and node.elts:
        yield from candidates(node.elts[-1])
    elif isinstance(node, ast.Dict):
        for key in node.keys:
            if key is not None:
                yield from candidates(key)
    elif isinstance(node, ast.Call):
        for one in node.args[-1:]:
            yield from candidates(one)
    else:
        yield node


def rules() -> Iterator[tuple[str, str]]:
    for path in sorted(PLAN.glob("*.py")):
        if path.name in NO_RULES:
            continue
        for expression in expressions(ast.parse(path.read_text(encoding="utf-8"))):
            for one in candidates(expression):
                text = text_of(one)
                if text is None or not re.match("[a-z]|7 [a-z]", text):
                    continue
                has_value = " " in text or isinstance(expression, ast.Dict) or ":" in text
                if has_value or isinstance(one, ast.JoinedStr):
                    yield f"{path.name}:{one.lineno}", text if " " in text else f"{text} {VALUE}"


RULES = sorted(set(rules()))


def test_the_rules_are_found_where_the_plan_names_them() -> None:
    assert {rule.split(" ")[0] for _, rule in RULES} >= WRITTEN_DOWN


def test_every_rule_has_words_in_both_languages() -> None:
    for where, rule in RULES:
        said = {describe_rule(rule, "vi"), describe_rule(rule, "en")}
        assert rule not in said, where
        assert len(said) == 2, where


def test_page_centre_and_rehearsal_have_no_words_of_their_own() -> None:
    """A rule's words in a second catalogue would be another sentence some day."""
    own = {
        f"{path.relative_to(ROOT)}: {own_name}"
        for folder in ("agent", "central")
        for path in (ROOT / folder).rglob("*messages*.py")
        for name in PHRASES
        for own_name in (name, name.replace("rule.", "objection."))
        if name.startswith("rule.") and f'"{own_name}"' in path.read_text(encoding="utf-8")
    }
    assert own == set()
