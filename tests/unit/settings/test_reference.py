"""Schema and reference page: every key in two languages, files up to date, editors agree."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from msgspec import NODEFAULT, inspect

from agent.settings.key_docs.catalogue import KEYS, unit_of
from agent.settings.load import load_settings
from agent.settings.reference import build_reference
from agent.settings.schema import ModelRow, bare_type, build_schema, walk_model
from strict_yaml.type_messages import is_secret

ROOT = Path(__file__).resolve().parents[3]
CONFIG = ROOT / "config"
MODELINE = "# yaml-language-server: $schema=station.schema.json"
ROWS = list(walk_model())
SCHEMA = json.loads(build_schema())


def path_of(row: ModelRow) -> str:
    return row.path


def is_group(row: ModelRow) -> bool:
    return isinstance(bare_type(row.field.type), inspect.StructType | inspect.ListType)


def test_every_key_of_the_model_has_a_description_and_no_other_key() -> None:
    assert sorted(row.path for row in ROWS) == sorted(KEYS)
    assert len(KEYS) > 60


@pytest.mark.parametrize("row", ROWS, ids=path_of)
def test_a_key_is_explained_in_both_languages_with_an_example(row: ModelRow) -> None:
    key = KEYS[row.path]
    assert key.text.vi.strip()
    assert key.text.en.strip()
    assert key.text.vi != key.text.en
    has_example = key.example is not None
    assert has_example or is_group(row) or is_secret(row.field.type)


@pytest.mark.parametrize("row", [row for row in ROWS if not is_group(row)], ids=path_of)
def test_the_example_of_a_key_is_what_the_key_accepts(row: ModelRow) -> None:
    if (example := KEYS[row.path].example) is not None:
        Draft7Validator(schema_of(row.path)).validate(example)


def test_units_follow_the_names() -> None:
    assert unit_of("outputs[].zones[].settle_ms") == "ms"
    assert unit_of("broker.keepalive_s") == "s"
    assert unit_of("outputs[].faces[].width_px") == "px"
    assert unit_of("station") == ""


def schema_of(path: str) -> dict[str, Any]:
    node: dict[str, Any] = SCHEMA
    for part in path.split("."):
        node = node["properties"][part.removesuffix("[]")]
        if part.endswith("[]"):
            node = node["items"]
    return node


@pytest.mark.parametrize(
    ("name", "build"),
    [("station.schema.json", build_schema), ("REFERENCE.md", build_reference)],
)
def test_the_committed_file_is_up_to_date(name: str, build: Any) -> None:
    stale = f"config/{name} is stale: run `make reference`"
    assert (CONFIG / name).read_text(encoding="utf-8") == build(), stale


def test_the_reference_page_has_a_line_for_every_key() -> None:
    lines = build_reference().splitlines()
    for row in ROWS:
        place, _, name = row.path.rpartition(".")
        start = lines.index(f"## `{place}`") if place else 0
        table = lines[start : next_section(lines, start)] if place else lines
        (line,) = [one for one in table if one.startswith(f"| `{name}` |")][:1]
        assert KEYS[row.path].text.vi in line
        assert KEYS[row.path].text.en in line
        if row.field.required:
            assert "**có · yes**" in line
        if isinstance(row.default, bool | int | float | str) and row.default is not NODEFAULT:
            value = str(row.default).lower().removesuffix(".0")
            assert f"`{value}`" in line


def next_section(lines: list[str], start: int) -> int:
    later = [n for n, line in enumerate(lines) if line.startswith("## ") and n > start]
    return later[0] if later else len(lines)


def test_the_schema_is_draft_07_and_explains_every_key_twice() -> None:
    Draft7Validator.check_schema(SCHEMA)
    for row in ROWS:
        vietnamese, english = schema_of(row.path)["description"].split("\n\n")
        assert (vietnamese, english) == KEYS[row.path].text


@pytest.mark.parametrize("name", ["station.example.yaml", "board.example.yaml"])
def test_an_editor_finds_the_schema_and_nothing_wrong_with_the_examples(name: str) -> None:
    text = (CONFIG / name).read_text(encoding="utf-8")
    assert text.splitlines()[0] == MODELINE
    assert (CONFIG / MODELINE.partition("=")[2]).is_file()
    Draft7Validator(SCHEMA).validate(yaml.safe_load(text))


def test_the_commented_lines_of_the_example_load_without_their_marks(tmp_path: Path) -> None:
    text = (CONFIG / "station.example.yaml").read_text(encoding="utf-8")
    assert "\n# inputs:\n" in text
    before, _, after = text.partition("\n# inputs:\n")
    held, _, rest = after.partition("\n\n")
    path = tmp_path / "station.yaml"
    shown = "inputs:\n" + held.replace("\n# ", "\n").removeprefix("# ")
    path.write_text(f"{before}\n{shown}\n\n{rest}", encoding="utf-8")
    settings = load_settings(path)
    assert [one.kind for one in settings.inputs] == [
        "door",
        "lockout",
        "mains",
        "emergency-key",
        "silence-key",
    ]
    assert settings.inputs[3].starts == "key-lu"
    assert [one.profile for one in settings.sensors] == ["xy-md02", "ti-ina226"]


DATA = yaml.safe_load(Path(__file__).with_name("mistakes.yaml").read_text(encoding="utf-8"))
# what a schema can know: the form of values and which keys there are
OF_FORM = {"unknown_key", "missing_key", "no_value", "bad_value", "wrong_type"}
# these are known only to a profile, are a rule between two keys, or are text to our loader and
# another type to PyYAML
BEYOND = {
    "a card that looks at a face without saying how bright it is",
    "a control card with an input that its model has not",
    "typo of an option",
    "a relay that the board does not have",
    "speed that the board does not know",
    "number with a leading zero",
    "no where false is wanted",
    "yes where true is wanted",
}


@pytest.mark.parametrize(
    "mistake",
    [one for one in DATA["mistakes"] if one["code"] in OF_FORM and one["what"] not in BEYOND],
    ids=lambda mistake: mistake["what"],
)
def test_an_editor_marks_the_same_mistakes(mistake: dict[str, Any]) -> None:
    lines = dict(enumerate(DATA["base"].splitlines(), 1)) | mistake["put"]
    document = yaml.safe_load("\n".join(line for line in lines.values() if line))
    assert not Draft7Validator(SCHEMA).is_valid(document)


def test_the_agent_never_loads_the_generator() -> None:
    code = "import sys, agent.bootstrap, agent.__main__; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(run.stdout.split())
    names = """
        key_docs schema reference check_command warnings file_warnings warning_messages
        effective_settings
    """
    only = {f"agent.settings.{name}" for name in names.split()}
    faulty = ("source_excerpt", "suggestions", "secret", "syntax")  # for a file with faults
    only |= {f"strict_yaml.{name}" for name in faulty}
    assert "agent.settings.load" in loaded
    assert sorted(loaded & only) == []
