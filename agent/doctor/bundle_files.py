"""The contents of a support bundle, one function a file. Secrets are removed later, by `scrub`."""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Callable
from datetime import timedelta
from importlib import metadata
from pathlib import Path

import msgspec

from agent.contract.envelope import Envelope
from agent.contract.utc import encode_utc
from agent.doctor.context import DoctorContext
from agent.doctor.redact import keep_certificates
from agent.doctor.state_reader import query_database, read_rows
from agent.plan.policy import config_in_force, effective_policy
from agent.plan.timeline import build_timeline
from agent.settings.effective_settings import build_effective
from agent.settings.zone_kinds import list_zone_kinds
from agent.store import documents

Part = Callable[[DoctorContext], str]
RECORDS = 500
LOG_LINES = "3000"
PACKAGES = (
    "alsa-utils",
    "ffmpeg",
    "libfribidi0",
    "libportaudio2",
    "fonts-noto-core",
    "chrony",
    "systemd",
)
AHEAD = timedelta(days=1)
NONE = "none\n"


def _settings(case: DoctorContext) -> str:
    if case.settings is None:
        return "the settings have faults, see check.txt\n"
    return build_effective(case.settings, case.validated.tree, "en")


def _check(case: DoctorContext) -> str:
    return "".join(f"{fault.text('en')}\n" for fault in case.validated.faults) or "no faults\n"


def _certificates(case: DoctorContext) -> str:
    if case.settings is None:
        return "the settings have faults\n"
    broker = case.settings.broker
    parts = [f"# {name}\n".encode() + keep_certificates(Path(name).read_bytes())
             for name in (broker.cert, broker.ca)]  # fmt: skip
    return b"\n".join(parts).decode()


def _versions(_case: DoctorContext) -> str:
    lines = [f"{platform.platform()}", f"python {platform.python_version()}"]
    try:
        release = platform.freedesktop_os_release()
        lines.append(release.get("PRETTY_NAME", "?"))
    except OSError:
        lines.append("no os-release")
    model = Path("/proc/device-tree/model")
    if model.exists():
        lines.append(model.read_text(errors="replace").strip("\0\n"))
    found = sorted((one.metadata["Name"], one.version) for one in metadata.distributions())
    lines += [f"{name} {number}" for name, number in found]
    return "\n".join(lines) + "\n"


def _records(case: DoctorContext) -> list[str]:
    query = f"SELECT bytes FROM journal ORDER BY seq DESC LIMIT {RECORDS}"  # noqa: S608 - a number of ours
    rows = read_rows(_state(case), query)
    return [bytes(row[0]).decode(errors="replace") for row in reversed(rows)]


def _journal(case: DoctorContext) -> str:
    return "".join(f"{record}\n" for record in _records(case)) or NONE


def _faults(case: DoctorContext) -> str:
    """Faults, refusals and starts: what one reads first."""
    records = [json.loads(record) for record in _records(case)]
    kinds = ("fault", "refusal", "boot", "config", "gap")
    lines = (
        f"{one['at']} {one['kind']} {json.dumps(one.get('detail'), ensure_ascii=False)}\n"
        for one in records
        if one["kind"] in kinds
    )
    return "".join(lines) or NONE


def _documents(case: DoctorContext) -> str:
    """What the box holds and will play by."""
    names = "kind, place, class, doc_id, accepted_at, expires, withdrawn"
    rows = read_rows(_state(case), f"SELECT {names} FROM documents ORDER BY kind")  # noqa: S608 - column names of ours
    keys = names.split(", ")
    return "".join(
        json.dumps(dict(zip(keys, row, strict=True)), ensure_ascii=False) + "\n" for row in rows
    )


def _playlists(case: DoctorContext) -> str:
    """As they were signed."""
    query = "SELECT envelope FROM documents WHERE kind='playlist' AND NOT withdrawn"
    rows = read_rows(_state(case), query)
    return "".join(_payload(bytes(row[0])) + "\n" for row in rows) or NONE


def _payload(envelope: bytes) -> str:
    report = msgspec.json.decode(envelope, type=Envelope)
    return report.payload_bytes().decode(errors="replace")


def _upcoming(case: DoctorContext) -> str:
    """What this box would play within a day from now, and what it would refuse; times UTC."""
    held, now = query_database(_state(case), documents.held), case.now()
    local = case.settings.policy if case.settings is not None else None
    kinds = list_zone_kinds(case.settings.outputs) if case.settings is not None else {}
    policy = effective_policy(config_in_force(held, now), local, kinds)
    timeline = build_timeline(held, policy, now.at, now.at + AHEAD)
    plays = [
        f"{encode_utc(one.start_at)} {encode_utc(one.end_at)} {one.level.name} {one.medium}"
        f" {','.join(one.entry.zones)} {one.entry.title}"
        for one in timeline.occurrences
    ]
    refused = [
        f"{encode_utc(one.at)} refused {one.code} {one.entry_id} {one.rule}"
        for one in timeline.refusals
    ]
    clock = f"now {encode_utc(now.at)} {now.quality}"
    return "\n".join([clock, *plays, *refused]) + "\n"


def _disk(case: DoctorContext) -> str:
    lines = []
    for folder in ("/", str(_state(case))):
        usage = shutil.disk_usage(folder)
        lines.append(f"{folder}: {usage.free} bytes free of {usage.total}")
    files = (path for path in sorted(_state(case).rglob("*")) if path.is_file())
    lines += [f"{path.stat().st_size:>12} {path}" for path in files]
    return "\n".join(lines) + "\n"


def _state(case: DoctorContext) -> Path:
    if case.settings is None:
        raise ValueError("the settings have faults")
    return Path(case.settings.state)


PARTS: dict[str, Part] = {
    "settings.yaml": _settings,
    "check.txt": _check,
    "certificates.pem": _certificates,
    "versions.txt": _versions,
    "faults.txt": _faults,
    "journal.jsonl": _journal,
    "documents.jsonl": _documents,
    "playlists.jsonl": _playlists,
    "upcoming.txt": _upcoming,
    "disk.txt": _disk,
}
# name of the part -> the program that says it
TOOLS: dict[str, tuple[str, ...]] = {
    "packages.txt": ("dpkg-query", "-W", *PACKAGES),
    "kernel.txt": ("dmesg", "--level=emerg,alert,crit,err,warn"),
    "log.txt": (
        "journalctl", "-u", "tramtin", "-n", LOG_LINES, "--no-pager", "-o", "short-iso",
    ),
}  # fmt: skip
