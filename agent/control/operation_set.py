"""What each operation does on this box. A new operation is a function here and its name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from agent.clock import Clock
from agent.contract.priority import Level
from agent.control.commissioning import CommissioningTests
from agent.control.operations import (
    NOTHING,
    OperationOutput,
    OperationRefusedError,
    Operations,
    Requester,
)
from agent.control.output_status import Outputs
from agent.control.settings_reload import SettingsReload
from agent.control.support_bundle import build_bundle
from agent.evidence.journal import Journal
from agent.plan.site_work import SiteWork
from agent.settings.model import Settings
from agent.state.documents_in_force import DocumentsInForce
from agent.state.mutes import Mutes


def build_operations(  # noqa: PLR0913 - one keyword a part of the box
    settings: Settings,
    *,
    clock: Clock,
    journal: Journal,
    documents: DocumentsInForce,
    mutes: Mutes,
    outputs: Outputs,
    reload: SettingsReload,
    site_work: Callable[[], SiteWork],
) -> Operations:
    """All operations of one box, by name.

    Args:
        settings: of this box.
        clock: the only source of time.
        journal: takes a record of each.
        documents: those in force, among them the policy.
        mutes: what keeps the box silent.
        outputs: by name.
        reload: reads the settings' file again.
        site_work: who works at the station.
    """
    tests = CommissioningTests(settings, clock, documents, mutes, outputs, site_work)
    return Operations(
        {
            "tone": tests.tone,
            "pattern": tests.pattern,
            "label": tests.label,
            "silence-on": partial(_switch_mute, mutes, journal, "on"),
            "silence-off": partial(_switch_mute, mutes, journal, "off"),
            "reload": partial(_reload, reload, outputs, journal),
            "bundle": partial(_bundle, reload),
        },
        journal,
    )


async def _switch_mute(
    mutes: Mutes, journal: Journal, state: str, _subject: str, requester: Requester
) -> OperationOutput:
    """Turn the local mute switch on or off; it survives a restart.

    Raises:
        StoreError: the disk did not take it; it holds until the next restart.
    """
    try:
        await (mutes.switch.begin() if state == "on" else mutes.switch.end())
    finally:
        mutes.changed.emit()
    await journal.append("silence", detail={"state": state, "by": requester.by})
    return NOTHING


async def _reload(
    reload: SettingsReload,
    outputs: Outputs,
    journal: Journal,
    _subject: str,
    requester: Requester,
) -> OperationOutput:
    """Read the settings again. Applying them cuts what sounds, so it is refused in an emergency.

    Raises:
        OperationRefusedError: an emergency is on.
        ConfigError: the file cannot be read at all.
    """
    for name, output in outputs.items():
        if output.on_air is not None and output.on_air.level >= Level.EMERGENCY:
            raise OperationRefusedError("E_BUSY", name)
    faults = await reload()
    await journal.append("config", detail={"by": requester.by, "faults": len(faults)})
    return OperationOutput(faults=faults)


async def _bundle(reload: SettingsReload, _subject: str, _requester: Requester) -> OperationOutput:
    """Build the support bundle, without secrets, as a tar.gz.

    Raises:
        StoreError: it could not be made.
    """
    return OperationOutput(archive=await build_bundle(reload.file))
