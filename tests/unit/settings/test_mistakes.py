"""Seeded mistakes: each is reported once, at its line and column, with a fitting advice."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.settings import load
from agent.settings.load import validate_settings
from drivers.profile import load as profiles
from strict_yaml.source_excerpt import build_excerpt

DATA = yaml.safe_load(Path(__file__).with_name("mistakes.yaml").read_text(encoding="utf-8"))
BASE: list[str] = DATA["base"].splitlines()
MISTAKES: list[dict[str, Any]] = DATA["mistakes"]


@pytest.fixture(autouse=True)
def _files_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """The paths of `base` are those of a true box; what lies there is another test's matter."""
    monkeypatch.setattr(load, "find_files", lambda tree: ())


def seed(folder: Path, put: dict[int, str]) -> Path:
    """The base with some lines replaced; an empty text takes the line away."""
    lines = dict(enumerate(BASE, 1)) | put
    path = folder / "station.yaml"
    path.write_text("\n".join(line for line in lines.values() if line) + "\n", encoding="utf-8")
    return path


def test_the_base_file_is_valid(tmp_path: Path) -> None:
    assert validate_settings(seed(tmp_path, {})).faults == []


def test_there_are_at_least_fifty_and_none_twice() -> None:
    assert len({mistake["what"] for mistake in MISTAKES}) == len(MISTAKES) >= 50


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake["what"])
def test_a_mistake_is_reported_once_at_its_place(tmp_path: Path, mistake: dict[str, Any]) -> None:
    judged = validate_settings(seed(tmp_path, mistake["put"]))
    assert judged.settings is None
    found = [([fault.line, fault.column], fault.what) for fault in judged.faults]
    assert found == [(mistake["at"], mistake["code"])], judged.faults
    assert judged.faults[0].key == mistake.get("key", judged.faults[0].key)


def test_a_broken_local_profile_is_reported_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "profiles"
    own.mkdir()
    (own / "acme-one.yaml").write_text("kind: relay\nvendor: ACME\nmodle: One\n", encoding="utf-8")
    monkeypatch.setattr(profiles, "FOLDERS", (own, *profiles.FOLDERS))
    path = seed(tmp_path, {18: "          profile: acme-one"})
    (fault,) = validate_settings(path).faults
    assert (fault.line, fault.column, fault.what) == (18, 20, "bad_profile")
    assert f"{own}/acme-one.yaml:3:1: modle" in fault.text("en")


def spoil(text: str, rng: random.Random) -> str:
    """One slip of the fingers: a character lost, added or replaced, or two lines exchanged."""
    at = rng.randrange(len(text))
    char = rng.choice("\t -:[]{}\"'#&*!|>%@`,?\n\\\r0aé\u00a0“\u0301\x85")
    lines = text.split("\n")
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.randrange(4):
        case 0:
            return text[:at] + text[at + 1 :]
        case 1:
            return text[:at] + char + text[at:]
        case 2:
            return text[:at] + char + text[at + 1 :]
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


@pytest.mark.parametrize("seed_of_slips", range(8))
def test_any_mutation_is_reported_at_a_place_of_the_file(
    tmp_path: Path, seed_of_slips: int
) -> None:
    rng = random.Random(seed_of_slips)  # noqa: S311 - slips, no secrets
    path = tmp_path / "station.yaml"
    for _ in range(30):
        text = spoil(spoil(DATA["base"], rng), rng)
        path.write_bytes(text.encode())
        judged = validate_settings(path)
        assert (judged.settings is None) == bool(judged.faults)
        for fault in judged.faults:
            assert 1 <= fault.line <= len(text.splitlines()) + 1, fault
            assert fault.column >= 1
            assert "739184" not in "\n".join([fault.text("vi"), *build_excerpt(text, fault)])


def test_the_advice_fits_and_the_check_takes_a_second(tmp_path: Path) -> None:
    unfit = []
    started = time.perf_counter()
    for mistake in MISTAKES:
        fault = validate_settings(seed(tmp_path, mistake["put"])).faults[0]
        english, vietnamese = fault.text("en"), fault.text("vi")
        said = all(part in english for part in mistake["en"])
        said = said and all(part in vietnamese for part in mistake["vi"])
        if not said:
            unfit.append(f"{mistake['what']}: {english}")
    spent_s = time.perf_counter() - started
    share = 1 - len(unfit) / len(MISTAKES)
    print(f"\n{len(MISTAKES)} mistakes in {spent_s:.2f} s, advice fits in {share:.0%}")
    assert share >= 0.9, unfit
