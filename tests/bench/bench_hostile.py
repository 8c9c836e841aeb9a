"""What a hostile broker costs a playing box: each of its attacks in turn, on one agent.

`python tests/bench/bench_hostile.py [--only name,name]`, about four minutes. Starts and alarms are
read from the capture of the sink; an alarm's time runs from the centre's own commit to the first
tone of the attention signal.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.harness.broker_attacks import ATTACKS  # noqa: E402 - after the path
from tests.harness.hostile_harness import Outcome, start_hostile_testbed  # noqa: E402 - after the path

ATTACK_S = 34.0
BOX_PYTHON = os.environ.get("BOX_PYTHON", sys.executable)
NAMES = {"hostile_alarm_heard_p95_s", "hostile_jitter_p95_ms", "hostile_rss_mib"}


async def run() -> dict[str, Outcome]:
    """The outcome of each attack."""
    folder = Path(tempfile.mkdtemp(prefix="tb-", dir="/tmp"))  # a socket needs a short path
    try:
        async with start_hostile_testbed(folder, BOX_PYTHON) as on:
            return {name: await on.run_attack(name, ATTACK_S) for name in ATTACKS}
    finally:
        shutil.rmtree(folder)


def report(outcomes: dict[str, Outcome]) -> None:
    """The figures over all attacks, and each attack's in a comment."""
    for name, one in outcomes.items():
        before, most, after = one.rss_mib
        print(
            f"# {name}: {len(one.errors_ms)} starts, worst {max(one.errors_ms, default=0):.1f} ms,"
            f" {len(one.missed)} missed; alarms {', '.join(f'{s:.2f} s' for s in one.alarms_s)},"
            f" {one.unheard} unheard; RSS {before:.0f}, at most {most:.0f}, then {after:.0f} MiB;"
            f" {len(one.restarts)} restarts, {one.killed} killed",
            flush=True,
        )
    alarms = [s for one in outcomes.values() for s in one.alarms_s]
    alarms += [30.0 for one in outcomes.values() for _ in range(one.unheard)]
    errors = [ms for one in outcomes.values() for ms in one.errors_ms]
    errors += [1000.0 for one in outcomes.values() for _ in one.missed]
    figures = (
        ("hostile_alarm_heard_p95_s", float(np.percentile(alarms, 95)), "s", "5"),
        ("hostile_jitter_p95_ms", float(np.percentile(errors, 95)), "ms", "50"),
        ("hostile_rss_mib", max(one.rss_mib[1] for one in outcomes.values()), "MiB", "120"),
    )
    for name, value, unit, target in figures:
        print(f"BENCH name={name} value={value:.2f} unit={unit} target={target}", flush=True)


def main(argv: list[str]) -> int:
    """Run all; nothing when only other files' figures are wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    only = {name for name in parser.parse_args(argv).only.split(",") if name}
    if not only or only & NAMES:
        report(asyncio.run(run()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
