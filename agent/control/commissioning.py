"""Commissioning tests that a technician may start, and what forbids them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agent.clock import Clock, Now
from agent.contract.local_time import LOCAL
from agent.control.operations import (
    NOTHING,
    OperationOutput,
    OperationRefusedError,
    Requester,
)
from agent.control.output_status import Outputs, list_boards
from agent.errors import PlayError
from agent.plan.policy import config_in_force, effective_policy
from agent.plan.site_work import WORK_CODES, SiteWork
from agent.play.commissioning_test import label_commands, pattern_commands
from agent.play.ipc import BoardCommand
from agent.play.sound.sound_output import SoundOutput
from agent.settings.model import Settings
from agent.state.documents_in_force import DocumentsInForce
from agent.state.mutes import Mutes


class CommissioningTests:
    """The tests of one box; each ends by itself.

    Args:
        settings: of this box.
        clock: the only source of time.
        documents: those in force, among them the policy.
        mutes: what keeps the box silent.
        outputs: by name.
        site_work: who works at the station.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        documents: DocumentsInForce,
        mutes: Mutes,
        outputs: Outputs,
        site_work: Callable[[], SiteWork],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._documents = documents
        self._mutes = mutes
        self._outputs = outputs
        self._site_work = site_work

    async def tone(self, zone: str, requester: Requester) -> OperationOutput:
        """Sound a quiet tone on one loudspeaker line.

        Raises:
            OperationRefusedError: unknown, muted, quiet hours, somebody works at the station, or
                the line is in use.
        """
        sounds = [one for one in self._outputs.values() if isinstance(one, SoundOutput)]
        output = next((one for one in sounds if zone in one.lines), None)
        if output is None:
            raise OperationRefusedError("E_UNKNOWN", zone)
        if (code := self._find_work(requester)) is not None:
            raise OperationRefusedError(code, zone)
        now = self._clock.now()
        if self._mutes.switch.is_on or self._is_muted_by_key_or_order(now):
            raise OperationRefusedError("E_SILENT", zone)
        if self._is_quiet(now):
            raise OperationRefusedError("E_QUIET", zone)
        try:
            output.start_tone_test(zone)
        except PlayError as error:
            raise OperationRefusedError(error.code, zone, error.hint) from error
        return NOTHING

    def _find_work(self, requester: Requester) -> str | None:
        """The code of the work that forbids a tone.

        Whoever works at the open cabinet may order one from the page; from afar nobody may. Under
        a lockout nobody may at all: the page does not show who stands at the horn.
        """
        work = self._site_work()
        if work.is_locked_out:
            return WORK_CODES["lockout"]
        return WORK_CODES["door_open"] if work.is_door_open and requester.is_remote else None

    def _is_muted_by_key_or_order(self, now: Now) -> bool:
        return self._mutes.is_key_turned() or self._mutes.ordered(now) is not None

    def _is_quiet(self, now: Now) -> bool:
        """Only an emergency passes quiet hours. Without a trusted clock they are unknown."""
        if now.quality == "FLOOR":
            return False
        config = config_in_force(self._documents.held, now)
        policy = effective_policy(config, self._settings.policy)
        local = now.at.astimezone(LOCAL)
        second = local.hour * 3600 + local.minute * 60 + local.second
        return any(window.covers(second) for window in (*policy.quiet, *policy.maintenance))

    async def pattern(self, face: str, _requester: Requester) -> OperationOutput:
        """Show a test pattern on one face.

        Raises:
            OperationRefusedError: unknown, away, muted, or the face is in use.
        """
        return await self._try_face("pattern", face, pattern_commands(face))

    async def label(self, face: str, _requester: Requester) -> OperationOutput:
        """Show station and face by name on one face.

        Raises:
            OperationRefusedError: unknown, away, muted, or the face is in use.
        """
        return await self._try_face("label", face, label_commands(self._settings.station, face))

    async def _try_face(
        self, test: str, face: str, commands: Sequence[BoardCommand]
    ) -> OperationOutput:
        board = next((one for one in list_boards(self._outputs) if face in one.faces), None)
        if board is None:
            raise OperationRefusedError("E_UNKNOWN", face)
        if self._is_muted_by_key_or_order(self._clock.now()):
            raise OperationRefusedError("E_SILENT", face)
        try:
            await board.start_face_test(test, face, commands)
        except PlayError as error:
            raise OperationRefusedError(error.code, face, error.hint) from error
        return NOTHING
