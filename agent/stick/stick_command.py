"""`tramtin stick DIR [FILE]`: hands a stick that is mounted at DIR to the agent of this box."""

from __future__ import annotations

import sys
from pathlib import Path

from agent.errors import AgentError, ConfigError, YamlFaults
from agent.sandbox.profile import confine_stick_reader
from agent.settings.load import load_settings
from agent.stick.agent_call import AgentCall
from agent.stick.hand_over import Choice, HandOver
from agent.stick.messages import explain, say
from agent.stick.report import Report, describe
from agent.stick.stick_folder import StickFolder
from agent.stick.visit_server import socket_path
from texts.catalogue import LANGS, Lang

DONE, NOT_DONE, UNREADABLE = 0, 1, 2
RUNTIME = Path("/run/tramtin")


def run_stick(folder: Path, file: Path, choice: Choice, lang: Lang) -> int:
    """Hand over a stick; returns 0 done, 1 with faults or refusals, 2 settings unusable.

    Args:
        folder: where it is mounted.
        file: station.yaml.
        choice: see there.
        lang: of what is printed; the result on the stick has both languages.
    """
    try:
        state = Path(load_settings(file).state)
    except (ConfigError, YamlFaults) as error:
        print(error, file=sys.stderr)
        return UNREADABLE
    try:
        report = _hand_over(folder, _find_socket(state), choice, lang)
    except AgentError as error:
        print(f"{explain(error.code, lang)} ({error.subject}: {error.hint})", file=sys.stderr)
        return NOT_DONE
    print("\n".join(describe(report, lang)))
    return NOT_DONE if report.faults or report.refusals else DONE


def _find_socket(state: Path) -> Path:
    """The socket of the service, or of an agent that was started by hand."""
    own = socket_path(state)
    service = socket_path(RUNTIME) if own.parent == state else own
    return service if service.exists() else own


def _hand_over(folder: Path, socket: Path, choice: Choice, lang: Lang) -> Report:
    def tell(code: str, args: tuple[object, ...]) -> None:
        print(f"  {say(code, lang, *args)}", flush=True)

    with AgentCall(socket) as agent, StickFolder.open(folder) as stick:
        confine_stick_reader(str(folder))
        visit = HandOver(stick, agent, choice, tell)
        report = visit.run()
        return visit.leave_result(report, _build_result(report))


def _build_result(report: Report) -> str:
    """The file for whoever carries the stick, with the line ends that every computer shows."""
    parts = ["\r\n".join(describe(report, lang)) for lang in LANGS]
    return "\r\n\r\n".join(parts) + "\r\n"
