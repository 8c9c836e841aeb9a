"""What a draft changes, in plain Vietnamese or English, read from the two trees themselves.

A holder reads this before the program requests their key, so it lists everything that will newly be
in force, whatever the log or the author of the draft says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial

from tuf.api.metadata import DelegatedRole

import central.messages.catalogue
from agent.contract.local_time import LOCAL
from central.authority.ceremony.messages import translate
from central.authority.ceremony.signature import Need, digest, needs, root_digest
from central.authority.ceremony.tree import ONLINE, ROOT, TARGETS, Tree, epoch_of, read_right
from central.authority.ceremony.tree_draft import TreeDraft
from central.documents.summary_text import describe_place
from texts.catalogue import Lang

DAY_S, HOUR_S = 86_400, 3600


def describe_changes(draft: TreeDraft, lang: Lang = "vi") -> list[str]:
    """Lines for a person: each changed file, and what changes in it."""
    order = sorted(draft.changed, key=lambda name: (name != ROOT, name != TARGETS, name))
    lines: list[str] = []
    for name in order:
        file = draft.changed[name].signed
        lines.append(translate(lang, "file", name, file.version, format_day(file.expires)))
        is_root = name == ROOT
        told = list(_root(draft, lang) if is_root else _delegations(draft, name, lang))
        unchanged = "same" if name in draft.published.files else "empty"
        lines += [f"  {line}" for line in told or [translate(lang, unchanged)]]
    if ROOT in draft.published.files:
        root = draft.published.root
        lines.append(translate(lang, "root", root.version, root_digest(root)[:16]))
    return [*lines, translate(lang, "digest", digest(draft)[:16])]


def describe_needs(draft: TreeDraft, lang: Lang = "vi") -> list[str]:
    """List whose signatures a draft has, and whose it lacks."""
    return [_describe_need(need, lang) for need in needs(draft)]


def _describe_need(need: Need, lang: Lang) -> str:
    name = f"{need.file} ({translate(lang, f'side.{need.side}')})" if need.side else need.file
    signed = _people(need.signed)
    if not need.missing:
        return translate(lang, "need.met", name, need.version, signed)
    unsigned = _people(need.unsigned)
    return translate(lang, "need.open", name, need.version, need.missing, signed, unsigned)


def format_day(at: datetime) -> str:
    """The local date, `24/11/2026`."""
    return at.astimezone(LOCAL).strftime("%d/%m/%Y")


def describe_role(tree: Tree, entry: DelegatedRole, lang: Lang) -> dict[str, str]:
    """Return everything that a delegation grants: label to text."""
    right = read_right(entry)
    speak = partial(central.messages.catalogue.translate, lang)
    kinds = ", ".join(speak(f"kind.{kind}").lower() for kind in right.kinds)
    rows = {
        "kinds": kinds or translate(lang, "kinds.none"),
        "where": _where(right.paths, lang),
        "ttl": format_span(right.max_ttl_s, lang),
        "hours": ", ".join(right.hours) or translate(lang, "hours.all"),
        "priority": speak(f"class.{right.priority_max}"),
        "keys": describe_keys(tree, entry.name, lang),
        "epoch": str(epoch_of(entry)),
    }
    return {translate(lang, f"label.{name}"): words for name, words in rows.items()}


def describe_keys(tree: Tree, name: str, lang: Lang) -> str:
    """`2 trong 3 phải ký: An (3f2a91c0), …`."""
    role, holders = tree.role(name), tree.holders(name)
    return translate(lang, "keys", role.threshold, len(role.keyids), _people(holders))


def format_span(seconds: int, lang: Lang) -> str:
    """`45 ngày`, `2 giờ`."""
    if seconds % DAY_S == 0:
        return translate(lang, "span.d", seconds // DAY_S)
    if seconds % HOUR_S == 0:
        return translate(lang, "span.h", seconds // HOUR_S)
    return translate(lang, "span.s", seconds)


def _people(holders: Mapping[str, str]) -> str:
    named = [f"{_plain(person)} ({keyid[:8]})".strip() for keyid, person in holders.items()]
    return ", ".join(named) or "–"


def _plain(name: str) -> str:
    """Remove line breaks and direction marks, which could change how these lines read."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in name)


def _where(paths: tuple[str, ...], lang: Lang) -> str:
    classes_at: dict[str, list[str]] = {}
    for path in paths:
        class_, _, place = path.partition("/")
        classes_at.setdefault(place, []).append(
            central.messages.catalogue.translate(lang, f"class.{class_}")
        )
    speak = partial(central.messages.catalogue.translate, lang)
    return "; ".join(
        f"{describe_place(place, speak)}: {', '.join(classes)}"
        for place, classes in classes_at.items()
    )


def _root(draft: TreeDraft, lang: Lang) -> Iterator[str]:
    now = _root_rows(draft.tree, lang)
    before = _root_rows(draft.published, lang) if ROOT in draft.published.files else {}
    if draft.tree.root.unrecognized_fields.get("x-demo"):
        yield translate(lang, "demo")
    yield from _differences(before, now, lang)


def _root_rows(tree: Tree, lang: Lang) -> dict[str, str]:
    rows = {
        translate(lang, f"label.{name}"): describe_keys(tree, name, lang)
        for name in (ROOT, TARGETS)
    }
    for name in ONLINE:
        keys = ", ".join(keyid[:8] for keyid in tree.role(name).keyids)
        rows[translate(lang, "label.online", name)] = keys
    return rows


def _delegations(draft: TreeDraft, name: str, lang: Lang) -> Iterator[str]:
    now = {entry.name: entry for entry in draft.tree.children(name)}
    before = {entry.name: entry for entry in draft.published.children(name)}
    for child in sorted(before.keys() - now.keys()):
        yield translate(lang, "removed", child)
    for child, entry in now.items():
        rows = describe_role(draft.tree, entry, lang)
        old = before.get(child)
        known = describe_role(draft.published, old, lang) if old else {}
        told = list(_differences(known, rows, lang))
        if told:
            yield translate(lang, "changed" if old else "added", child)
            yield from (f"  {line}" for line in told)


def _differences(before: dict[str, str], now: dict[str, str], lang: Lang) -> Iterator[str]:
    for label, words in now.items():
        if label not in before:
            yield translate(lang, "is", label, words)
        elif before[label] != words:
            yield translate(lang, "was", label, before[label], words)
