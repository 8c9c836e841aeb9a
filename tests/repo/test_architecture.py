"""The house rules of docs/architecture.md that a machine can check."""

from __future__ import annotations

import ast
import configparser
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = ("agent", "drivers", "central", "speech", "strict_yaml", "texts")
MODULES = sorted(path for folder in CODE for path in (ROOT / folder).rglob("*.py"))
VAGUE = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers"}
HEAVY = {
    "numpy", "PIL", "aiohttp", "pyaudio", "pydub", "segno", "rich",
    "sqlalchemy", "ffmpeg", "serial", "gpiod", "pymodbus", "h11", "urllib3", "difflib",
}  # fmt: skip
FAMILIES = {
    "interface", "control_plane", "frame_sink", "pixel_rows", "errors", "registry", "driver_index",
    "codec", "bus", "profile", "sign_registry", "video_input", "__init__",
}  # fmt: skip


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def import_rules() -> configparser.ConfigParser:
    rules = configparser.ConfigParser()
    rules.read(ROOT / "setup.cfg", encoding="utf-8")
    return rules


def listed(rules: configparser.ConfigParser, contract: str, key: str) -> set[str]:
    return set(rules[f"importlinter:contract:{contract}"][key].split())


def test_who_imports_whom_is_as_the_architecture_says() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]


def test_every_driver_family_is_named_in_the_import_rules() -> None:
    rules = import_rules()
    families = {
        f"drivers.{path.stem}"
        for path in (ROOT / "drivers").iterdir()
        if path.stem not in FAMILIES and (path.suffix == ".py" or (path / "__init__.py").exists())
    }
    assert families <= listed(rules, "6-driver-families", "modules")
    assert families <= listed(rules, "7-registry", "protected_modules")


def test_a_codec_package_comes_with_its_no_io_rule() -> None:
    if (ROOT / "drivers" / "codec").exists():
        assert "drivers.codec" in listed(import_rules(), "5-no-io", "source_modules")


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_has_at_most_400_lines_and_says_what_it_is(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 400, "two modules in one"
    assert path.stem.strip("_").lower() not in VAGUE
    assert not VAGUE & {part.lower() for part in path.relative_to(ROOT).parts}


@pytest.mark.parametrize("folder", ["config", "systemd", "firmware-profiles"])
def test_folders_for_technicians_hold_no_python(folder: str) -> None:
    assert not list((ROOT / folder).rglob("*.py"))


WALL_CLOCK = {
    "time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today", "date.today",
    "datetime.datetime.now", "datetime.date.today",
}  # fmt: skip


def test_the_clock_is_the_only_source_of_the_hour() -> None:
    wrong = [
        f"{name_of(path)}:{node.lineno}: {ast.unparse(node)}"
        for path in MODULES
        if path.is_relative_to(ROOT / "agent") and path != ROOT / "agent" / "clock.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in WALL_CLOCK
    ]
    assert not wrong


@pytest.mark.parametrize("module", ["agent.bootstrap", "agent.__main__"])
def test_starting_the_agent_loads_nothing_heavy(module: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = {name.partition(".")[0] for name in run.stdout.split()}
    assert sorted(loaded & HEAVY) == []


def test_a_box_without_a_microphone_loads_nothing_of_it() -> None:
    code = "import sys, agent.app; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(run.stdout.split())
    assert "agent.play.sound.sound_output" in loaded
    assert not any(name.startswith("agent.play.capture") for name in loaded)
    assert "agent.play.decode.live_ring" not in loaded


def test_a_box_without_a_witness_loads_nothing_of_the_verifier() -> None:
    code = "import sys, agent.app; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(run.stdout.split())
    assert not any(name.startswith(("agent.verifier", "numpy")) for name in loaded)


def test_what_plays_a_live_voice_loads_when_somebody_speaks() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "import sys, agent.app; print(*sys.modules)"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = set(run.stdout.split())
    assert loaded.isdisjoint({"agent.live.live_source", "agent.contract.ogg_opus"})


def test_the_tuf_client_comes_without_a_way_to_the_network() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "import sys, agent.authority.tuf_client; print(*sys.modules)"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = set(run.stdout.split())
    assert "tuf.ngclient.updater" in loaded
    assert "urllib3" not in loaded


def test_our_distribution_alone_owns_its_import_names() -> None:
    """Another project's top-level `agent` or `drivers` would shadow ours without a word."""
    from importlib import metadata

    owners = metadata.packages_distributions()
    for name in CODE:
        assert set(owners.get(name, ["tramtin"])) == {"tramtin"}
