"""The support bundle: what the centre needs to help from afar, without key, PIN and other secrets.

Every part goes through `scrub`. A part that cannot be had says why in its own file, so that an
empty place is never mistaken for good news.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import platform
import shutil
import tarfile
from collections.abc import Callable, Coroutine
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from agent.clock import system_time
from agent.contract.envelope import Envelope
from agent.contract.moment import encode_utc
from agent.doctor.case import Case
from agent.doctor.examine import Examined
from agent.doctor.memory import read_rows
from agent.doctor.scrub import find_secrets, keep_certificates, scrub
from agent.doctor.tell import Teller, build_told
from agent.doctor.tool import ask
from agent.settings.effective import build_effective

Part = Callable[[Case], str]
RECORDS = 500
LOG_LINES = "3000"
TOOL_S = 15.0
PACKAGES = ("ffmpeg", "libfribidi0", "libportaudio2", "fonts-noto-core", "chrony", "systemd")


async def build_bundle(case: Case, examined: list[Examined], path: Path) -> Path:
    """Write `path` (tar.gz, mode 0600) whole, or not at all.

    Raises:
        OSError: it cannot be written.
    """
    raw = await asyncio.to_thread(case.file.read_text, "utf-8", "replace")
    secrets = await asyncio.to_thread(find_secrets, case.settings, raw)
    station = case.settings.station if case.settings is not None else "tramtin"
    told = build_told(station, encode_utc(system_time()), examined)
    files = {
        "doctor.json": json.dumps(told, ensure_ascii=False, indent=2),
        "doctor.vi.txt": _retell(examined, station, is_english=False),
        "doctor.en.txt": _retell(examined, station, is_english=True),
    }
    for name, part in PARTS.items():
        files[name] = await _try(asyncio.to_thread(part, case))
    for name, argv in TOOLS.items():
        files[name] = await _try(_ask(argv))
    clean = {name: scrub(text.encode(), secrets) for name, text in files.items()}
    await asyncio.to_thread(_write, path, f"{station}-support", clean)
    return path


async def _try(part: Coroutine[Any, Any, str]) -> str:
    try:
        return await part
    except Exception as error:  # noqa: BLE001 - a part's outer edge: the others are wanted all the same
        return f"not available: {type(error).__name__}: {error}\n"


def _retell(examined: list[Examined], station: str, *, is_english: bool) -> str:
    out = io.StringIO()
    lang = "en" if is_english else "vi"
    teller = Teller([one.name for one in examined], lang, out, io.StringIO())  # type: ignore[arg-type]  # one of both
    teller.begin(station)
    for one in examined:
        teller.done(one)
    teller.end(examined)
    return out.getvalue()


def _write(path: Path, folder: str, files: dict[str, bytes]) -> None:
    """Beside its place first: a card that fills up must not leave half a bundle."""
    draft = path.with_name(f".{path.name}.part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as tar:
            for name, content in files.items():
                entry = tarfile.TarInfo(f"{folder}/{name}")
                entry.size, entry.mode = len(content), 0o644
                entry.mtime = int(system_time().timestamp())
                tar.addfile(entry, io.BytesIO(content))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


# The parts


def _settings(case: Case) -> str:
    if case.settings is None:
        return "the settings have faults, see check.txt\n"
    return build_effective(case.settings, case.judged.tree, "en")


def _check(case: Case) -> str:
    return "".join(f"{fault.text('en')}\n" for fault in case.judged.faults) or "no faults\n"


def _certificates(case: Case) -> str:
    if case.settings is None:
        return "the settings have faults\n"
    broker = case.settings.broker
    parts = [f"# {name}\n".encode() + keep_certificates(Path(name).read_bytes())
             for name in (broker.cert, broker.ca)]  # fmt: skip
    return b"\n".join(parts).decode()


def _versions(_case: Case) -> str:
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


def _journal(case: Case) -> str:
    query = f"SELECT bytes FROM journal ORDER BY seq DESC LIMIT {RECORDS}"  # noqa: S608 - a number of ours
    rows = read_rows(_state(case), query)
    return "".join(bytes(row[0]).decode(errors="replace") + "\n" for row in reversed(rows))


def _faults(case: Case) -> str:
    """Faults, refusals and starts: what one reads first."""
    told = [json.loads(line) for line in _journal(case).splitlines()]
    kinds = ("fault", "refusal", "boot", "config", "gap")
    return "".join(
        f"{one['at']} {one['kind']} {json.dumps(one.get('detail'), ensure_ascii=False)}\n"
        for one in told
        if one["kind"] in kinds
    )


def _documents(case: Case) -> str:
    """What the box holds and will play by."""
    names = "kind, place, class, doc_id, accepted_at, expires, withdrawn"
    rows = read_rows(_state(case), f"SELECT {names} FROM documents ORDER BY kind")  # noqa: S608 - column names of ours
    keys = names.split(", ")
    return "".join(
        json.dumps(dict(zip(keys, row, strict=True)), ensure_ascii=False) + "\n" for row in rows
    )


def _upcoming(case: Case) -> str:
    """Entries of held playlists, as they were signed."""
    rows = read_rows(_state(case), "SELECT envelope FROM documents WHERE kind='playlist'")
    return "".join(_payload(bytes(row[0])) + "\n" for row in rows)


def _payload(envelope: bytes) -> str:
    told = msgspec.json.decode(envelope, type=Envelope)
    return told.payload_bytes().decode(errors="replace")


def _disk(case: Case) -> str:
    lines = []
    for folder in ("/", str(_state(case))):
        usage = shutil.disk_usage(folder)
        lines.append(f"{folder}: {usage.free} bytes free of {usage.total}")
    files = (path for path in sorted(_state(case).rglob("*")) if path.is_file())
    lines += [f"{path.stat().st_size:>12} {path}" for path in files]
    return "\n".join(lines) + "\n"


async def _ask(argv: tuple[str, ...]) -> str:
    answer = await ask(*argv, limit_s=TOOL_S)
    return answer.out + answer.err if answer is not None else f"no {argv[0]} here\n"


def _state(case: Case) -> Path:
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
    "playlists.jsonl": _upcoming,
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
