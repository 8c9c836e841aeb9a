"""A bare real-time loop that tells how late this machine wakes it, whatever else it measures.

`python wake_witness.py`: each line is a moment (seconds of CLOCK_MONOTONIC) and by how many
milliseconds a wake of a period of 10 ms came late, where that is more than `TOLD_MS`. It stands on
the core of the engines, ahead of them: what holds it up (a hypervisor, an interrupt) holds up any
program.
"""

from __future__ import annotations

import os
import time

PRIORITY = 20
PERIOD_S = 0.01
TOLD_MS = 10.0


def main() -> None:
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(PRIORITY))
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    due_s = time.monotonic()
    while True:
        due_s += PERIOD_S
        time.sleep(max(0.0, due_s - time.monotonic()))
        late_s = time.monotonic() - due_s
        if late_s * 1e3 > TOLD_MS:
            print(f"{due_s:.3f} {late_s * 1e3:.1f}", flush=True)
            due_s = time.monotonic()


if __name__ == "__main__":
    main()
