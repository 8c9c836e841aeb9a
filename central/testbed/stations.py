"""The demonstration's folders, settings of its two stations, agents as processes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

COMMUNE_STATION = "tv-cl-0007"
BOARD_STATION = "tv-cl-0021"
PROVINCE, COMMUNE = "84", "29266"
GROUP = f"xa-{COMMUNE}"
SINK = "loa"
MICROPHONE = "micro"
PAGE_PIN = "271828"
STOP_LIMIT_S = 30.0

_SOUND = """\
  - name: loa
    audio: {{driver: portaudio, device: "{sink}", channels: 1}}
    zones:
      - name: nga-ba
        kind: ordinary
        switch: {{profile: sim-amplifier, port: "{folder}/nga-ba.json"}}
        settle_ms: 400
        tail_ms: 800
      - name: tram-y-te
        kind: special
        switch: {{profile: sim-amplifier, port: "{folder}/tram-y-te.json"}}
        settle_ms: 250
        tail_ms: 600
"""
_BOARD = """\
  - name: bang-tin
    board: {{profile: png, path: "{folder}/board"}}
    faces:
      - {{name: mat-truoc, width_px: 512, height_px: 256}}
      - {{name: mat-sau, width_px: 512, height_px: 256}}
"""


def write_settings(
    folder: Path, station: str, *, port: int, ca: Path, cert: Path, key: Path, root: Path
) -> Path:
    """Write station.yaml for one of the two stations, in its own folder."""
    folder.mkdir(parents=True, exist_ok=True)
    outputs = _BOARD if station == BOARD_STATION else _SOUND
    path = folder / "station.yaml"
    path.write_text(
        f"station: {station}\n"
        f'province: "{PROVINCE}"\n'
        f"broker: {{host: 127.0.0.1, port: {port}, ca: {ca}, cert: {cert}, key: {key},"
        " keepalive_s: 15, retry_base_s: 0.1}\n"
        f"root: {root}\n"
        f"state: {folder}/state\n"
        "media: {allow_private: true}\n"
        "outputs:\n" + outputs.format(folder=folder, sink=SINK)
    )
    return path


class Station:
    """An agent in its own process, as under systemd.

    Args:
        name: the station's id.
        settings: its station.yaml.
        env: the environment, with the way to its sound device.
        python: the interpreter, of the virtual environment that has the agent in it.

    Attributes:
        health_s: between two health reports when nothing changes; short, for who watches.
    """

    def __init__(
        self, name: str, settings: Path, env: Mapping[str, str], python: str = sys.executable
    ) -> None:
        self.name = name
        self.health_s = 2.0
        self._python = python
        self._settings = settings
        self.env = dict(env)
        self._log = settings.with_name("agent.log")
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Of the running agent.

        Raises:
            RuntimeError: it does not run.
        """
        if self._process is None:
            raise RuntimeError(f"{self.name} does not run")
        return self._process.pid

    def name_page(self, port: int) -> str:
        """Configure a page for a browser of this machine, before the start; return its address."""
        with self._settings.open("a") as settings:
            settings.write(f'page: {{listen: "127.0.0.1:{port}", pin: "{PAGE_PIN}"}}\n')
        return f"http://127.0.0.1:{port}"

    async def start(self) -> None:
        """Start it; its log goes to `agent.log` beside its settings."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                self._python,
                "-m",
                "agent",
                "run",
                str(self._settings),
                "--demo",
                "--health-s",
                f"{self.health_s}",
                env={**os.environ, "PYTHONOPTIMIZE": "2", **self.env},  # as the unit
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int | None:
        """Send a signal and wait; after `STOP_LIMIT_S` kill it. Return its exit code."""
        process, self._process = self._process, None
        if process is None:
            return None
        if process.returncode is None:
            process.send_signal(how)
            try:
                await asyncio.wait_for(process.wait(), STOP_LIMIT_S)
            except TimeoutError:
                process.kill()
                await process.wait()
        return process.returncode

    def log_tail(self) -> str:
        """Return the end of its log."""
        return self._log.read_text(errors="replace")[-2000:] if self._log.exists() else ""
