"""Every text for people has one form: `texts.catalogue.Text`, Vietnamese and English, by a code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from texts.catalogue import PLACEHOLDER

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("agent", "drivers", "central", "speech", "strict_yaml", "texts")
TREES = {
    str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
    for folder in FOLDERS
    for path in sorted((ROOT / folder).rglob("*.py"))
}
IMPORT = "texts.catalogue"
# letters that only Vietnamese has
VIETNAMESE = re.compile("[ăâđêôơưĂÂĐÊÔƠƯạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")
# spoken or drawn for a demonstration, never looked up
OTHERS = ("central/testbed/",)
# no texts that people look up: what is read aloud, letters that are drawn, words of a fingerprint,
# both languages in a line
RAW = (
    "speech/",
    "agent/contract/fingerprint_words.py",
    "agent/doctor/probes/text_shaping.py",
    "agent/doctor/probes/voice.py",
    "agent/play/board/clock_words.py",
    "agent/play/board/typeset.py",
    "agent/settings/reference.py",
    "agent/settings/schema.py",
    "central/authority/demo_",
    "strict_yaml/suggestions.py",
)


def imports_text(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == IMPORT
        and any(alias.name == "Text" for alias in node.names)
        for node in ast.walk(tree)
    )


def texts() -> Iterator[tuple[str, ast.Call]]:
    for name, tree in TREES.items():
        if imports_text(tree):
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "Text":
                    yield name, node


TEXTS = list(texts())


def constants(node: ast.Call) -> list[str]:
    return [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def test_every_text_stands_in_both_languages_with_the_same_placeholders() -> None:
    assert len(TEXTS) > 1000
    for name, node in TEXTS:
        both = constants(node)
        where = f"{name}:{node.lineno}"
        assert len(both) == len(node.args) == 2, where
        assert all(both), where
        vi, en = both
        assert placeholders(vi) == placeholders(en), where


def other_forms(tree: ast.Module) -> Iterator[int]:
    """Lines of pairs of strings with a Vietnamese one first, and of dicts by language."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple):
            pair = [one.value for one in node.elts if isinstance(one, ast.Constant)]
            if len(pair) == len(node.elts) == 2 and all(isinstance(one, str) for one in pair):
                yield from [node.lineno] if VIETNAMESE.search(str(pair[0])) else []
        if isinstance(node, ast.Dict):
            keys = {key.value for key in node.keys if isinstance(key, ast.Constant)}
            yield from [node.lineno] if keys == {"vi", "en"} else []


def test_no_text_has_another_form() -> None:
    wrong = [
        f"{name}:{line}"
        for name, tree in TREES.items()
        if not name.startswith(OTHERS)
        for line in other_forms(tree)
    ]
    assert not wrong


def loose_texts(tree: ast.Module) -> Iterator[int]:
    """Lines of Vietnamese strings that stand in no `Text`; docstrings do not count."""
    known: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Text":
            known.update(id(one) for one in ast.walk(node))
        elif isinstance(node, ast.Expr):
            known.add(id(node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in known:
            yield from [node.lineno] if VIETNAMESE.search(node.value) else []


def test_a_vietnamese_text_stands_in_a_catalogue_beside_its_english_one() -> None:
    wrong = [
        f"{name}:{line}"
        for name, tree in TREES.items()
        if not name.startswith((*OTHERS, *RAW))
        for line in loose_texts(tree)
    ]
    assert not wrong


def english_hints(tree: ast.Module) -> Iterator[int]:
    """Lines of errors of a command whose hint is an English sentence and not looked up."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Error") and node.args:
            words = " ".join(
                one.value
                for one in ast.walk(node.args[-1])
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            )
            is_sentence = len(re.findall(r"\b[a-z]{2,}\b", words)) > 2
            if is_sentence and "translate(" not in ast.unparse(node.args[-1]):
                yield node.lineno


def test_what_a_command_refuses_is_said_in_both_languages() -> None:
    wrong = [
        f"{name}:{line}"
        for name, tree in TREES.items()
        if name.startswith("central/cli/")
        for line in english_hints(tree)
    ]
    assert not wrong


def test_no_catalogue_gives_a_code_twice() -> None:
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict):
                keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
                assert len(keys) == len(set(keys)), f"{name}:{node.lineno}"


def codes() -> Iterator[tuple[str, str]]:
    for name, tree in TREES.items():
        if imports_text(tree):
            for node in ast.walk(tree):
                if isinstance(node, ast.Dict):
                    for key, value in zip(node.keys, node.values, strict=True):
                        is_text = isinstance(value, ast.Call) and ast.unparse(value.func) == "Text"
                        if is_text and isinstance(key, ast.Constant):
                            yield name, str(key.value)


def beginnings() -> set[str]:
    """How the codes begin, or end behind `…`, that the code puts together: `f"day.{number}"`."""
    found: set[str] = set()
    for tree in TREES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                first, last = node.values[0], node.values[-1]
                if isinstance(first, ast.Constant):
                    found.add(str(first.value))
                if isinstance(last, ast.Constant):
                    found.add(f"…{last.value}")
            elif isinstance(node, ast.BinOp) and isinstance(node.left, ast.Constant):
                found.add(str(node.left.value))
    return {one for one in found if len(one.strip("…. ")) > 1}


def test_every_code_is_looked_up_somewhere() -> None:
    sources = "".join((ROOT / name).read_text(encoding="utf-8") for name in TREES)
    quoted = re.findall(r"(?<=[\"'])[a-z0-9_.-]+(?=[\"'])", sources, re.IGNORECASE)
    count = {code: quoted.count(code) for _, code in codes()}
    built = beginnings()
    given = [name for _, name in codes()]
    never = {
        code
        for code in count
        if count[code] <= given.count(code)
        and not any(
            code.startswith(one) or (one[0] == "…" and code.endswith(one[1:])) for one in built
        )
    }
    # the page asks for an input by its kind: `{mains,generator,door,…}.{on,off}`
    built_of_two = {
        f"{name}.{state}"
        for name in ("mains", "generator", "lockout", "door", "amplifier-fault")
        for state in ("on", "off")
    }
    assert never - built_of_two == set()
