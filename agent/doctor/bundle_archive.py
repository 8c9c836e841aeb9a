"""The support bundle: what the centre needs to help from afar, without key, PIN and other secrets.

Every part goes through `scrub`. A part that cannot be had says why in its own file, so that an
empty place is never mistaken for good news.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import tarfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from agent.clock import system_time
from agent.contract.utc import encode_utc
from agent.doctor.bundle_files import PARTS, TOOLS
from agent.doctor.context import DoctorContext
from agent.doctor.probe_runner import ProbeReport
from agent.doctor.redact import find_secrets, redact
from agent.doctor.render import Renderer, build_report
from agent.doctor.run_program import run_program

TOOL_S = 15.0


async def build_bundle(case: DoctorContext, examined: list[ProbeReport], path: Path) -> Path:
    """Write `path` (tar.gz, mode 0600, owned by the user who called sudo), whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    raw = await asyncio.to_thread(case.file.read_text, "utf-8", "replace")
    secrets = await asyncio.to_thread(find_secrets, case.settings, raw)
    station = case.settings.station if case.settings is not None else "tramtin"
    report = build_report(station, encode_utc(system_time()), examined)
    files = {
        "doctor.json": json.dumps(report, ensure_ascii=False, indent=2),
        "doctor.vi.txt": _render_text(examined, station, is_english=False),
        "doctor.en.txt": _render_text(examined, station, is_english=True),
    }
    for name, part in PARTS.items():
        files[name] = await _try(asyncio.to_thread(part, case))
    for name, argv in TOOLS.items():
        files[name] = await _try(_ask(argv))
    clean = {name: redact(text.encode(), secrets) for name, text in files.items()}
    await asyncio.to_thread(_write, path, f"{station}-support", clean)
    return path


async def _try(part: Coroutine[Any, Any, str]) -> str:
    try:
        return await part
    except Exception as error:  # noqa: BLE001 - a part's outer edge: the others are wanted all the same
        return f"not available: {type(error).__name__}: {error}\n"


def _render_text(examined: list[ProbeReport], station: str, *, is_english: bool) -> str:
    out = io.StringIO()
    lang = "en" if is_english else "vi"
    renderer = Renderer([one.name for one in examined], lang, out, io.StringIO())  # type: ignore[arg-type]  # one of both
    renderer.begin(station)
    for one in examined:
        renderer.done(one)
    renderer.end(examined)
    return out.getvalue()


def _write(path: Path, folder: str, files: dict[str, bytes]) -> None:
    """Beside its place first: a card that fills up must not leave half a bundle."""
    draft = path.with_name(f".{path.name}.part")
    draft.unlink(missing_ok=True)
    # Only ever a new file: it is handed over, and another name of an old one must not be.
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as tar:
            for name, content in files.items():
                entry = tarfile.TarInfo(f"{folder}/{name}")
                entry.size, entry.mode = len(content), 0o644
                entry.mtime = int(system_time().timestamp())
                tar.addfile(entry, io.BytesIO(content))
            _hand_over(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _hand_over(descriptor: int) -> None:
    """To the technician behind `sudo`, who is to send the file on and could not even read it."""
    uid, gid = (os.environ.get(name, "") for name in ("SUDO_UID", "SUDO_GID"))
    if os.geteuid() == 0 and uid.isdecimal() and gid.isdecimal():
        os.fchown(descriptor, int(uid), int(gid))


async def _ask(argv: tuple[str, ...]) -> str:
    answer = await run_program(*argv, limit_s=TOOL_S)
    return answer.out + answer.err if answer is not None else f"no {argv[0]} here\n"
