"""Builds the checks of the machine itself; `tramtin doctor` runs them without an agent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from agent.clock import Now
from agent.health.check import Check
from agent.health.check_memory import CheckMemory
from agent.health.checks.certificate import CertificateCheck
from agent.health.checks.disk import DiskCheck
from agent.health.checks.power import PowerCheck
from agent.health.checks.rtc import RtcCheck
from agent.health.checks.storage import StorageCheck
from agent.health.checks.temperature import TemperatureCheck
from agent.settings.model import Settings


def build_machine_checks(
    settings: Settings, memory: CheckMemory, boot_id: str, now: Callable[[], Now]
) -> list[Check]:
    """One of each, with the kernel's usual folders.

    Args:
        settings: name the state folder and the certificates.
        memory: what checks keep across a restart.
        boot_id: of this boot.
        now: the moment and its quality.
    """
    state = Path(settings.state)
    broker = settings.broker
    return [
        PowerCheck(memory, boot_id),
        TemperatureCheck(),
        DiskCheck(state),
        StorageCheck(state),
        RtcCheck(),
        CertificateCheck(Path(broker.cert), Path(broker.ca), now),
    ]
