"""The box that is examined: its settings, its stored values, and whether its agent runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from agent.clock import Clock, Now, system_time
from agent.settings.load import SettingsReport
from agent.settings.model import Settings

PROC = Path("/proc")


@dataclass(frozen=True)
class DoctorContext:
    """The input of every probe.

    Args:
        file: station.yaml.
        validated: the agent's own validation of that file.
        settings: None while their form has faults; what they name may still be missing. The key
            is where this process can read it.
        clock: the agent's own time, as far as its memory holds one.
        agent_pid: of the agent that runs with this file; None when none does.
        remembered: the values that the agent stored, by key.
    """

    file: Path
    validated: SettingsReport
    settings: Settings | None
    clock: Clock
    agent_pid: int | None = None
    remembered: dict[str, str] = field(default_factory=dict)

    @property
    def is_running(self) -> bool:
        """Does an agent run with these settings? It alone may then talk to devices and broker."""
        return self.agent_pid is not None

    def now(self) -> Now:
        """The moment, and how far to trust it."""
        return self.clock.now()

    def today(self) -> datetime:
        """For counting days: the agent's time where it is trusted, else the machine's."""
        now = self.now()
        return now.at if now.is_trusted else system_time()


def find_agent(file: Path, proc: Path = PROC) -> int | None:
    """The process that runs the agent with this file: `… run FILE`, by its command line."""
    for folder in sorted(proc.glob("[0-9]*")):
        try:
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if _is_agent(words) and (folder / "cwd").readlink() / _file_of(words) == file.resolve():
                return int(folder.name)
        except PermissionError:  # another user's working directory: an absolute path needs none
            if Path(_file_of(words)) == file.resolve():
                return int(folder.name)
        except OSError:  # it has just ended
            continue
    return None


def _is_agent(words: list[str]) -> bool:
    """`…/tramtin run` through its interpreter, or `python -m agent run`."""
    for index, word in enumerate(words[:-1]):
        named = Path(word).name == "tramtin" or (word == "agent" and words[index - 1] == "-m")
        if named and words[index + 1] == "run":
            return True
    return False


def _file_of(words: list[str]) -> str:
    given = [word for word in words[words.index("run") + 1 :] if word.endswith((".yaml", ".yml"))]
    return given[0] if given else "/etc/tramtin/station.yaml"
