"""One emulated PC: QEMU on a disk that loses at a power cut what was not flushed.

    guest's page cache -> virtio disk -> NBD -> nbdkit's cache -> the file `disk.img`

nbdkit's cache filter passes a write on only when a flush asks for it. `cut_power` stops QEMU and
kills both, so two things are lost, as on a box whose plug is pulled: what the guest had not written
back, and what its disk held in its own volatile memory. What a program has synced is in the file.
`test_power_cut.py` proves each before it relies on it.

The processor is emulated (TCG): some ten times slower than this one, and no measure of a real box.
A boot takes 30 s on two free cores and 80 s on two busy ones, `tramtin run` 7 to 20 s until READY,
the shortest command 0.3 to 2 s; the limits below allow four times that. The machine has 1 GB of
RAM, two processors, USB (`plug` a device, `unplug` it) and no network but a loop-back; QEMU takes
0.5 to 1 GB of this machine's RAM. A command goes through Debian's qemu-guest-agent, as root.
"""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.guest.image import Image
from tests.guest.json_channel import JsonChannel, RequestError

BOOT_S = 300.0
COMMAND_S = 120.0
HOST_S = 20.0  # until a program on this side has made its socket
POLL_S = 0.2
AGENT_PORT = "org.qemu.guest_agent.0"
OUTPUT_PORT = "tramtin.output"
# Without pdeathsig, a QEMU that outlives the tests keeps two cores busy for ever.
RUN = ("setpriv", "--pdeathsig", "KILL", "nice", "-n", "10")


class GuestError(AssertionError):
    """A command in the guest failed, or something did not happen in time."""


class Machine:
    """A PC with one disk. `start` it; `cut_power` leaves a disk that can be started again.

    Args:
        image: is copied.
        folder: for `console.log`, and `host.log` of QEMU and nbdkit.
        devices: more of QEMU's arguments, such as `("-device", "virtio-gpu-pci")`.

    Attributes:
        sound: what a sound card on the audio device `heard` has played; s16 stereo behind 44 bytes.
    """

    def __init__(self, image: Image, folder: Path, devices: Sequence[str] = ()) -> None:
        self._image = image
        self._devices = devices
        self._console = folder / "console.log"
        self.sound = folder / "sound.wav"
        self._output = folder / "output.txt"
        self._output.touch()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._channels: list[JsonChannel] = []
        # Beside the image: if the tests are killed, it is removed with that image.
        self._disk = tempfile.NamedTemporaryFile(dir=image.disk.parent)  # noqa: SIM115 - see `stop`
        subprocess.run(["cp", "--sparse=always", image.disk, self._disk.name], check=True)

    def start(self) -> None:
        """Switch on, and wait until the guest agent answers.

        Raises:
            GuestError: QEMU has ended, or there is no answer in time.
        """
        # not below the test's folder: the name of a socket has 107 bytes at most
        self._sockets = tempfile.TemporaryDirectory(prefix="tramtin-guest-")
        disk, monitor, agent = (Path(self._sockets.name, one) for one in ("disk", "qmp", "agent"))
        cache = ["--filter=cache", "file", self._disk.name, "cache=writeback"]
        self._spawn(["nbdkit", "--foreground", "--unix", str(disk), *cache], disk)
        self._spawn(self._qemu(disk, monitor, agent), monitor)
        self.monitor, self._agent = JsonChannel(monitor), JsonChannel(agent)
        self._channels = [self.monitor, self._agent]
        self.monitor.call("qmp_capabilities")
        try:
            self._agent.call("guest-ping", limit_s=BOOT_S)
        except (TimeoutError, ConnectionError) as error:
            raise GuestError(f"no answer at boot: {error!r}\n{self.read_console()}") from error

    def run(
        self, command: str, *, stdin: bytes = b"", check: bool = True, limit_s: float = COMMAND_S
    ) -> str:
        """Run a line of shell as root and return its standard output.

        Raises:
            GuestError: it ended with another code than 0, or not in time.
        """
        started = self._agent.call(
            "guest-exec",
            {"path": "/bin/sh", "arg": ["-c", command], "capture-output": True,
             "input-data": base64.b64encode(stdin).decode()},
        )  # fmt: skip
        status: dict[str, Any] = {}

        def has_ended() -> bool:
            status.update(self._agent.call("guest-exec-status", {"pid": started["pid"]}))
            return bool(status["exited"])

        wait_until(has_ended, f"the end of {command!r}", limit_s)
        out, err = (base64.b64decode(status.get(f"{one}-data", "")).decode(errors="replace")
                    for one in ("out", "err"))  # fmt: skip
        if check and status.get("exitcode") != 0:
            raise GuestError(f"{command!r} ended with {status.get('exitcode')}: {out}{err}")
        return out

    def spawn(self, command: str, *, stdin: bytes = b"") -> None:
        """Start a line of shell as root without waiting; `read_output` has what it prints."""
        self._agent.call(
            "guest-exec",
            {"path": "/bin/sh", "arg": ["-c", f"exec >/dev/virtio-ports/{OUTPUT_PORT}; {command}"],
             "input-data": base64.b64encode(stdin).decode()},
        )  # fmt: skip

    def write(self, path: str, content: bytes, mode: str = "644") -> None:
        """Write and sync a file in the guest."""
        self.run(f"install -m {mode} /dev/stdin {path} && sync {path}", stdin=content)

    def read_output(self) -> list[str]:
        """Whole lines that commands of `spawn` have printed since this machine was made."""
        text = self._output.read_text(encoding="utf-8")
        return text[: text.rfind("\n") + 1].splitlines()

    def read_console(self) -> str:
        """The end of the serial console's log."""
        return self._console.read_text("utf-8", "replace")[-4000:] if self._console.exists() else ""

    def plug(self, name: str, driver: str, **properties: object) -> None:
        """Plug a device that the bus takes while it runs, a USB one for example."""
        self.monitor.call("device_add", {"driver": driver, "id": name, **properties})

    def unplug(self, name: str) -> None:
        self.monitor.call("device_del", {"id": name})

    def dump_screen(self, head: int) -> Path:
        """What a screen of the device `gpu` shows now, as a PNG file."""
        path = self._console.with_name(f"screen{head}.png")
        values = {"filename": str(path), "device": "gpu", "head": head, "format": "png"}
        self.monitor.call("screendump", values)
        return path

    def cut_power(self) -> None:
        """Cut the power: the disk keeps only what was flushed to it."""
        nbdkit, qemu = self._processes
        # Stopped first: a QEMU that is being closed could still flush its disk.
        qemu.send_signal(signal.SIGSTOP)
        nbdkit.kill()
        qemu.kill()
        self._end()

    def stop(self) -> None:
        """End all processes and remove the disk, in whatever state the machine is."""
        for process in self._processes:
            process.kill()
        if self._processes:
            self._end()
        self._disk.close()

    def _end(self) -> None:
        for process in self._processes:
            process.wait()
        for channel in self._channels:
            channel.close()
        self._processes, self._channels = [], []
        self._sockets.cleanup()

    def _spawn(self, command: Sequence[str], socket: Path) -> None:
        with self._console.with_name("host.log").open("ab") as output:
            process = subprocess.Popen(
                [*RUN, *command], stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        self._processes.append(process)
        wait_until(lambda: socket.exists() or process.poll() is not None, str(socket), HOST_S)
        if process.poll() is not None:
            said = self._console.with_name("host.log").read_text(encoding="utf-8")
            raise GuestError(f"{command[0]} has ended: {said[-2000:]}")

    def _qemu(self, disk: Path, monitor: Path, agent: Path) -> list[str]:
        return [
            "qemu-system-x86_64", "-nodefaults", "-display", "none", "-no-reboot",
            "-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max",
            "-smp", str(min(2, os.cpu_count() or 1)), "-m", "1024",
            "-kernel", str(self._image.kernel), "-initrd", str(self._image.ram_disk),
            "-append", "root=/dev/vda ro console=ttyS0 mitigations=off",
            "-drive", f"file=nbd+unix:///?socket={disk},format=raw,if=virtio,cache=writeback",
            "-qmp", f"unix:{monitor},server=on,wait=off",
            "-chardev", f"file,id=console,path={self._console},append=on",
            "-serial", "chardev:console",
            "-device", "virtio-serial",
            "-chardev", f"socket,id=agent,path={agent},server=on,wait=off",
            "-device", f"virtserialport,chardev=agent,name={AGENT_PORT}",
            "-chardev", f"file,id=output,path={self._output},append=on",
            "-device", f"virtserialport,chardev=output,name={OUTPUT_PORT}",
            "-device", "qemu-xhci", "-audiodev", "none,id=silent",
            "-audiodev", f"wav,id=heard,path={self.sound}",
            *self._devices,
        ]  # fmt: skip


def wait_until(is_true: Callable[[], bool], what: str, limit_s: float = COMMAND_S) -> None:
    """Poll a condition.

    Raises:
        GuestError: it did not become true within the limit.
    """
    until_mono_s = time.monotonic() + limit_s
    while not is_true():
        if time.monotonic() > until_mono_s:
            raise GuestError(f"not within {limit_s:.0f} s: {what}")
        time.sleep(POLL_S)


__all__ = ["GuestError", "Machine", "RequestError", "wait_until"]
