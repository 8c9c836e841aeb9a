"""What watching a wall costs: a NovaStar card with 2 × 16 receiving cards, polled over TCP.

`python tests/bench/bench_board_control.py [--only name,name]`. The card is simulated in a process
of its own; only the agent's side is counted, as a share of one core at the agent's own period.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from agent.play.board.wall_control import POLL_S, build_wall
from agent.settings.model import ControlCard
from drivers import registry

ROOT = Path(__file__).parents[2]
NAME, TARGET_PCT = "novastar_poll_cpu_pct", 1
POLLS, WARM_UP = 40, 3
PROFILE, RECEIVERS = "novastar-mctrl660", "16,16"
SERVE = """
import asyncio, sys
from drivers.profile.load import load_profile
from drivers.sim.sim_novastar import SimNovaStar
from drivers.sim.sim_novastar_port import SimNovaStarServer

async def main():
    server = SimNovaStarServer(SimNovaStar(load_profile(sys.argv[1]), (16, 16)))
    await server.open()
    print(server.port, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def poll(port: str) -> float:
    """CPU seconds of one poll, on average."""
    options: dict[str, bool | int | float | str] = {"receivers": RECEIVERS}
    card = ControlCard(name="the-phat", profile=PROFILE, port=port, options=options)
    wall = build_wall(card, lambda *_fault: None)
    for _warm in range(WARM_UP):
        await wall.refresh()
    before = time.process_time()
    for _poll in range(POLLS):
        await wall.refresh()
    spent = time.process_time() - before
    if wall.reading is None or len(wall.reading.receivers) != sum(map(int, RECEIVERS.split(","))):
        raise RuntimeError("the card does not answer")
    registry.close()
    return spent / POLLS


def main(argv: list[str]) -> int:
    """Run all, or those that `--only a,b` names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    only = {name for name in parser.parse_args(argv).only.split(",") if name}
    if only and NAME not in only:
        return 0
    argv = [sys.executable, "-c", SERVE, PROFILE]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as simulated:
        try:
            assert simulated.stdout is not None
            spent_s = asyncio.run(poll(simulated.stdout.readline().strip()))
        finally:
            simulated.kill()
    with contextlib.suppress(BrokenPipeError):
        value = 100 * spent_s / POLL_S
        print(f"BENCH name={NAME} value={value:.2f} unit=% target={TARGET_PCT}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
