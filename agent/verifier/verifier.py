"""The verifier of a box: its parts by the settings, and what of them runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agent.settings.model import Settings
from agent.verifier.amplifier_watch import AmplifierWatch
from agent.verifier.play_proofs import PlayProofs, ProofLog, RecordLog
from agent.verifier.sound_monitor import SoundMonitor, spawn_monitor

SetIssue = Callable[[str, str, str | None], None]


@dataclass(frozen=True)
class Verifier:
    """What proves the plays of one box.

    Args:
        log: the journal as outputs write it; each play on it is proved.
        amplifiers: takes the samples of sensors and the states of contacts.
        monitors: output → the input that hears it.
    """

    log: ProofLog
    amplifiers: AmplifierWatch
    monitors: Mapping[str, SoundMonitor]


def build_verifier(settings: Settings, journal: RecordLog, set_issue: SetIssue) -> Verifier:
    """All parts; a monitor hears nothing until its `run`, and until its output's plays begin."""
    proofs = PlayProofs(journal, set_issue)
    amplifiers = AmplifierWatch(
        settings.sensors, settings.inputs,
        is_sounding=proofs.is_sounding, on_look=proofs.add, set_issue=set_issue,
    )  # fmt: skip
    proofs.began.connect(amplifiers.on_play)
    monitors = {}
    for output in settings.outputs:
        if output.monitor is None:
            continue
        spawn = spawn_monitor(output.name, output.monitor.driver, output.monitor.device)
        monitor = SoundMonitor(
            output.name, output.monitor.kind, spawn, on_look=proofs.add, set_issue=set_issue
        )
        proofs.began.connect(monitor.on_begin)
        proofs.ended.connect(monitor.on_end)
        monitors[output.name] = monitor
    return Verifier(ProofLog(journal, proofs), amplifiers, monitors)
