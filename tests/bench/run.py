"""Run every tests/bench/bench_*.py, each in a process of its own, and gather the figures.

`python tests/bench/run.py [--only name,name]`. Exit code 1 when a bench crashed or a name that was
asked for gave no figure; a missed target is shown, not punished.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LIMIT_S = 600
LINE = re.compile(
    r"^BENCH name=(?P<name>\S+) value=(?P<value>\S+) unit=(?P<unit>\S+) target=(?P<target>\S+)"
    r"(?: peer=\S+ peer_value=\S+)?(?: all=\S+)?$"
)


def run_bench(path: Path, only: str) -> tuple[list[re.Match[str]], int]:
    """The figures of one file as they come, and its exit code."""
    argv = [sys.executable, path, *(["--only", only] if only else [])]
    figures = []
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        limit = threading.Timer(LIMIT_S, process.kill)
        limit.start()
        for line in process.stdout:
            print(line, end="", flush=True)
            if match := LINE.match(line.rstrip()):
                figures.append(match)
        limit.cancel()
        return figures, process.wait()


def is_missed(figure: re.Match[str]) -> bool:
    """All targets are upper bounds; a target that is no number cannot be missed."""
    try:
        return float(figure["value"]) > float(figure["target"])
    except ValueError:
        return False


def main(argv: list[str]) -> int:
    """Run all, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="names of figures, separated by commas")
    only = parser.parse_args(argv).only
    started = time.monotonic()
    figures: list[re.Match[str]] = []
    broken = []
    for path in sorted(HERE.glob("bench_*.py")):
        found, code = run_bench(path, only)
        figures += found
        if code:
            broken.append(f"{path.name} (exit code {code})")
    absent = sorted(set(filter(None, only.split(","))) - {figure["name"] for figure in figures})
    missed = [
        f"{one['name']} {one['value']} > {one['target']}" for one in figures if is_missed(one)
    ]
    print(f"# {len(figures)} figures in {time.monotonic() - started:.0f} s")
    for title, names in (("missed", missed), ("broken", broken), ("no figure for", absent)):
        if names:
            print(f"# {title}: {', '.join(names)}")
    return 1 if broken or absent or not figures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
