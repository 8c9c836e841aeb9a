"""The support bundle, made by a child process: what it examines may hang the child alone."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from pathlib import Path

from agent.errors import StoreError

PATIENCE_S = 75.0
MAX_BYTES = 8 * 1024 * 1024


async def build_bundle(file: Path) -> bytes:
    """What `tramtin doctor FILE --bundle` writes.

    Raises:
        StoreError: E_BUNDLE, it wrote nothing in time, or too much.
    """
    folder = await asyncio.to_thread(tempfile.mkdtemp, prefix="tramtin-")
    bundle = Path(folder) / "bundle.tar.gz"
    try:
        await _run_doctor(file, bundle)
        return await asyncio.to_thread(_read, bundle)
    except OSError as error:
        raise StoreError("E_BUNDLE", str(file), str(error)) from error
    finally:
        await asyncio.to_thread(_remove, bundle)


async def _run_doctor(file: Path, bundle: Path) -> None:
    doctor = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "agent", "doctor", str(file), "--bundle", str(bundle),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE_S):
            await doctor.wait()
    except TimeoutError as error:
        raise StoreError("E_BUNDLE", str(file), f"not made within {PATIENCE_S:.0f} s") from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            doctor.kill()
        await doctor.wait()


def _read(bundle: Path) -> bytes:
    if bundle.stat().st_size > MAX_BYTES:
        raise StoreError("E_BUNDLE", bundle.name, "too large for a phone")
    return bundle.read_bytes()


def _remove(bundle: Path) -> None:
    bundle.unlink(missing_ok=True)
    bundle.parent.rmdir()
