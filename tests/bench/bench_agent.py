"""What starting the agent costs: a new interpreter imports `agent.bootstrap`, bytecode compiled.

The interpreter is that of BOX_PYTHON, which `make bench` gives an environment with what a box gets
alone, and optimises as the unit has it: securesystemslib imports what else it finds.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BOX_PYTHON = os.environ.get("BOX_PYTHON", sys.executable)
RUNS = 15
TARGET_MS = 400
TIMED = (
    "import time; began = time.perf_counter(); import {module}; print(time.perf_counter() - began)"
)


def import_ms(module: str) -> float:
    """Milliseconds from `import` to done, interpreter's own start not counted."""
    env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    env["PYTHONOPTIMIZE"] = "2"
    run = subprocess.run(
        [BOX_PYTHON, "-c", TIMED.format(module=module)],
        cwd=ROOT, env=env, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(run.stdout) * 1e3


def main(argv: list[str]) -> int:
    """Print the figure, unless others were asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    only = set(filter(None, parser.parse_args(argv).only.split(",")))
    if only and "agent_import_ms" not in only:
        return 0
    import_ms("agent.bootstrap")  # compiles what is not compiled yet
    times = [import_ms("agent.bootstrap") for _ in range(RUNS)]
    median = statistics.median(times)
    print(f"BENCH name=agent_import_ms value={median:.0f} unit=ms target={TARGET_MS}")
    print(f"# agent_import_ms: {RUNS} runs, median; min {min(times):.0f}, max {max(times):.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
