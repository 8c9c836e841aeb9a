"""What authority costs a box: bringing its files up to date, and the memory of who does it.

The country is as large as Vietnam: 34 provinces of 100 communes each, emergency pairs and online
roles besides; the box loads its own province only. Cold: nothing but the installed root. Warm: all
is kept, and the hourly timestamp has come. Each is a whole pass: the client, our own judgement, and
the floors' versions; the store's transaction is the card's business. It is the time of the
processor, so that a busy machine weighs little.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from agent.authority.tuf_client import UpdateRun, role_files, run_pass
from agent.store.authority_files import Floor, StoredAuthority
from agent.trust.tree import load_tree
from tests.fakes.fake_publisher import AT, FakePublisher

PROVINCES, COMMUNES = 34, 100
ROUNDS = 30
TARGET = "authority/1/1001/tv-cl-0007"
CLASSES = ("authority", "routine", "priority", "emergency", "config", "command", "silence")
TARGET_MS = 60
TARGET_MIB = 7
# What an agent has loaded anyway: MQTT, HTTP, database, journal, verdicts, pages.
MEASURE = """
import agent.link.mqtt, agent.link.media_fetch, agent.store.documents, agent.evidence.journal
import agent.trust.verify, agent.page.server, agent.health.check_runner
def rss_kib():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
before = rss_kib()
import agent.authority.tracker, agent.authority.tuf_client
print(rss_kib() - before)
"""


def build_country() -> FakePublisher:
    """Every commune has its key, every province a file signed by two."""
    tree = FakePublisher(is_small_tree=False)
    for number in range(1, PROVINCES + 1):
        province = f"vn.{number}"
        paths = [f"{class_}/{number}/*/*" for class_ in CLASSES]
        tree.delegate(province, kinds=["station-config"], paths=paths, threshold=2)
        pair = [f"emergency/{number}/*/*"]
        tree.delegate(f"{province}.em", kinds=["emergency", "cancel"], paths=pair, threshold=2)
        for commune in range(1001, 1001 + COMMUNES):
            paths = [f"{class_}/{number}/{commune}/*" for class_ in ("routine", "priority")]
            tree.delegate(f"{province}.{commune}", kinds=["playlist", "cancel"], paths=paths)
    for name, kind in (("vn.time", "time"), ("vn.receipt", "ack"), ("vn.head", "head")):
        tree.delegate(name, kinds=[kind], paths=["config/*/*/*"])
    tree.publish()
    return tree


def refresh(installed: bytes, kept: StoredAuthority, inbox: dict[str, bytes]) -> UpdateRun:
    """As `authority.updater` does, without the store."""
    done = run_pass(installed, kept, inbox, TARGET, AT + timedelta(hours=2))
    assert done.files is not None, done.fault
    assert "vn.1.1001" in load_tree(done.files).roles
    role_files(done.files)
    return done


def keep(done: UpdateRun) -> StoredAuthority:
    assert done.files is not None
    accepted = role_files(done.files)
    return StoredAuthority(
        roots=done.roots,
        files={role: file.raw for role, file in accepted.items()},
        floors={role: Floor(file.version, file.keys) for role, file in accepted.items()},
    )


def median_ms(installed: bytes, kept: StoredAuthority, inbox: dict[str, bytes]) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.process_time()
        refresh(installed, kept, inbox)
        times.append((time.process_time() - started) * 1000)
    return statistics.median(times)


def measure_refresh(only: set[str]) -> None:
    tree = build_country()
    installed = tree.wire["1.root.json"]
    done = refresh(installed, StoredAuthority(), tree.wire)
    loaded = sum(len(tree.wire[name]) for name in done.used)
    if not only or "authority_refresh_cold_ms" in only:
        cold = median_ms(installed, StoredAuthority(), tree.wire)
        tell("authority_refresh_cold_ms", cold, "ms", TARGET_MS)
        print(f"# authority_refresh_cold_ms: {loaded / 1024:.0f} KiB in {len(done.used)} files")
    if not only or "authority_refresh_warm_ms" in only:
        tree.at = AT + timedelta(hours=1)
        inbox = {"timestamp.json": tree.tick()}
        tell("authority_refresh_warm_ms", median_ms(installed, keep(done), inbox), "ms", TARGET_MS)


def tell(name: str, value: float, unit: str, target: float) -> None:
    print(f"BENCH name={name} value={value:.1f} unit={unit} target={target}", flush=True)


def main(argv: list[str] | None = None) -> int:
    """Print one BENCH line for each figure asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    only = set(filter(None, parser.parse_args(argv).only.split(",")))
    if not only or only & {"authority_refresh_cold_ms", "authority_refresh_warm_ms"}:
        measure_refresh(only)
    if not only or "trust_import_rss_mib" in only:
        told = subprocess.run(
            [sys.executable, "-c", MEASURE], check=True, capture_output=True, text=True
        )
        tell("trust_import_rss_mib", int(told.stdout) / 1024, "MiB", TARGET_MIB)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
