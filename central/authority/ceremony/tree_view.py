"""The tree as a picture in text: who may sign what, for where, until when, who holds the keys."""

from __future__ import annotations

from collections.abc import Iterator

from tuf.api.metadata import DelegatedRole

from central.authority.ceremony.change_summary import describe_keys, describe_role, format_day
from central.authority.ceremony.messages import translate
from central.authority.ceremony.tree import ONLINE, ROOT, TARGETS, Tree, read_right
from texts.catalogue import Lang

_FORK, _LAST, _BAR, _GAP = "├── ", "└── ", "│   ", "    "


def draw(tree: Tree, lang: Lang = "vi") -> list[str]:
    """Lines; the root at the top."""
    root = tree.root
    lines = [_head(tree, ROOT, lang), f"{_BAR}{describe_keys(tree, ROOT, lang)}"]
    for name in ONLINE:
        keys = ", ".join(keyid[:8] for keyid in root.roles[name].keyids)
        lines.append(f"{_BAR}{translate(lang, 'label.online', name)}: {keys}")
    lines += [f"{_LAST}{_head(tree, TARGETS, lang)}"]
    children = tree.children(TARGETS)
    bar = _BAR if children else _GAP
    lines.append(f"{_GAP}{bar}{describe_keys(tree, TARGETS, lang)}")
    return [*lines, *_branches(tree, children, _GAP, lang)]


def _head(tree: Tree, name: str, lang: Lang) -> str:
    """Name, and where it has a file of its own, version and expiry."""
    file = tree.files.get(name)
    if file is None:
        return name
    until = translate(lang, "until", format_day(file.signed.expires))
    return f"{name} · v{file.signed.version} · {until}"


def _branches(tree: Tree, children: list[DelegatedRole], indent: str, lang: Lang) -> Iterator[str]:
    for number, entry in enumerate(children, 1):
        is_last = number == len(children)
        yield f"{indent}{_LAST if is_last else _FORK}{_head(tree, entry.name, lang)}"
        below = indent + (_GAP if is_last else _BAR)
        grandchildren = tree.children(entry.name)
        bar = _BAR if grandchildren else _GAP
        for line in _rights(tree, entry, lang):
            yield f"{below}{bar}{line}"
        yield from _branches(tree, grandchildren, below, lang)


def _rights(tree: Tree, entry: DelegatedRole, lang: Lang) -> Iterator[str]:
    """Describe the rights; leave out defaults: no hours, no cap, the first epoch."""
    right = read_right(entry)
    plain = {
        translate(lang, "label.hours"): not right.hours,
        translate(lang, "label.priority"): right.priority_max == "emergency",
        translate(lang, "label.epoch"): entry.unrecognized_fields["x-epoch"] == 1,
    }
    for label, words in describe_role(tree, entry, lang).items():
        if not plain.get(label):
            yield translate(lang, "is", label, words)
