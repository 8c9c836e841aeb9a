"""The desk itself: answers the page (`agent.control.operations.Operations`)."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

import msgspec

from agent.clock import NTS, Now, mono_s
from agent.contract.document import Playlist
from agent.contract.input_kind import INPUT_KINDS
from agent.contract.issues.catalogue import ISSUE_KINDS
from agent.contract.local_time import LOCAL
from agent.contract.priority import Level
from agent.contract.report import Record
from agent.control.journal_events import build_event
from agent.control.operations import OperationRefusedError, OperationUse
from agent.control.output_status import (
    Missing,
    boards,
    build_output,
    list_alarms,
    list_keys,
    list_refused,
    list_trials,
    named_media,
)
from agent.control.parts import ControlParts
from agent.control.station_status import (
    Event,
    LinkStatus,
    LocalMuteStatus,
    Mark,
    MediaStatus,
    OutboxStatus,
    Problem,
    ReadingStatus,
    SilenceStatus,
    StationStatus,
)
from agent.control.support_bundle import build_bundle
from agent.errors import PlayError
from agent.health.check import CheckStatus
from agent.health.thermal import read_temperature_c
from agent.plan.policy import config_in_force, effective_policy
from agent.play.board.board_output import BoardOutput
from agent.play.commissioning_test import label_commands, pattern_commands
from agent.play.ipc import BoardCommand, Snapped
from agent.play.sound.sound_output import SoundOutput
from strict_yaml.validation_fault import ValidationFault

EVENTS = 10
SHOWN_APART = ("link", "media", "outbox", "clock")  # the page says more of these than a check does
SENSOR_OLD_S = 120.0


class StationControl:
    """The box behind the page.

    Args:
        parts: of the agent.
    """

    def __init__(self, parts: ControlParts) -> None:
        self._parts = parts
        self._pictures: dict[str, Snapped] = {}
        self._version = ""

    # Looking

    async def status(self) -> StationStatus:
        """All that the page shows.

        Raises:
            StoreError: the journal cannot be read.
        """
        parts = self._parts
        now = parts.clock.now()
        events = await self._events()
        rows, oldest_s = await parts.journal.outbox()
        await self._look_at_faces()
        named = named_media(parts.programme.held)
        readings, missing = await asyncio.to_thread(self._ask_disk, named)
        settings, link, place, age_s = parts.settings, parts.link, parts.place(), parts.issues.age_s
        return StationStatus(
            station=settings.station,
            version=self._version,
            at=now.at,
            clock=now.quality,
            clock_error_s=now.error_s,
            clock_source="nts" if parts.clock.by == NTS else "centre",
            place=str(place) if place is not None else None,
            link=LinkStatus(
                f"{settings.broker.host}:{settings.broker.port}",
                is_up=link.connected,
                since_s=mono_s() - link.since_mono_s,
            ),
            media=MediaStatus(sum(why is None for why in missing.values()), len(missing)),
            outbox=OutboxStatus(rows, oldest_s),
            outputs=tuple(
                build_output(parts, want, self._pictures, missing, now) for want in settings.outputs
            ),
            readings=readings,
            problems=tuple(
                Problem(one.kind, one.subject, now.at - timedelta(seconds=age_s(one)), one.hint)
                for one in parts.issues.all()
            ),
            events=events,
            refused=list_refused(parts, now),
            silence=self._silence(now),
            order=self._order(now),
            trials=tuple(list_trials(parts)),
            keys=tuple(list_keys(parts)),
            alarms=tuple(list_alarms(parts)),
            is_locked=parts.programme.is_locked(),
        )

    async def _events(self) -> tuple[Event, ...]:
        journal = self._parts.journal
        raw = await journal.pending(max(0, journal.last_seq - EVENTS), EVENTS)
        titles = {
            f"{h.document.doc_id}/{entry.id}": entry.title
            for h in self._parts.programme.held
            if isinstance(h.document, Playlist)
            for entry in h.document.entries
        }
        records = [msgspec.json.decode(one, type=Record) for one in raw]
        return tuple(build_event(record, titles) for record in reversed(records))

    async def _look_at_faces(self) -> None:
        """A board that does not answer has no picture: an old one would look like the truth."""
        faces = [(board, face) for board in boards(self._parts) for face in board.faces]
        known = [self._pictures.get(face) for _, face in faces]
        answers = await asyncio.gather(
            *(
                board.snap(face, former.token if former else "")
                for (board, face), former in zip(faces, known, strict=True)
            )
        )
        for (_, face), former, answer in zip(faces, known, answers, strict=True):
            if answer is None:
                self._pictures.pop(face, None)
            elif answer.png or former is None:
                self._pictures[face] = answer

    def _silence(self, now: Now) -> LocalMuteStatus | None:
        left_s = self._parts.silence.left_s
        if not left_s:
            return None
        return LocalMuteStatus(is_local=True, until_at=now.at + timedelta(seconds=left_s))

    def _order(self, now: Now) -> SilenceStatus | None:
        active = self._parts.programme.silence(now)
        if active is None:
            return None
        document = active.document
        return SilenceStatus(document.issuer, document.why, active.end_at, active.stops_emergency)

    def _is_silent(self) -> bool:
        """By the page's switch, the key on the box or a signed order: then nothing is tried."""
        parts = self._parts
        ordered = parts.programme.silence(parts.clock.now())
        return parts.silence.is_on or parts.programme.is_locked() or ordered is not None

    def _ask_disk(self, named: set[str]) -> tuple[tuple[ReadingStatus, ...], Missing]:
        """Blocks as long as the card does, so it runs off the loop."""
        self._version = self._version or version("tramtin")
        return self._readings(), {digest: self._parts.why_missing(digest) for digest in named}

    def _readings(self) -> tuple[ReadingStatus, ...]:
        statuses = self._parts.check_statuses()
        readings = [
            self._reading(name, status)
            for name, status in statuses.items()
            if name not in SHOWN_APART
        ]
        return (*readings, *self._contacts(), *self._sensors())

    def _reading(self, name: str, standing: CheckStatus) -> ReadingStatus:
        amount, unit = self._amount(name)
        return ReadingStatus(name, _mark(standing), amount, unit, standing.reason)

    def _amount(self, name: str) -> tuple[float | None, str]:
        if name == "authority":
            parts = self._parts
            return parts.authority().age_s(parts.clock.now()), "s"
        if name == "temperature":
            return read_temperature_c(), "°C"
        if name != "disk":
            return None, ""
        try:
            return shutil.disk_usage(Path(self._parts.settings.state)).free, "bytes"
        except OSError:
            return None, ""

    def _contacts(self) -> Iterator[ReadingStatus]:
        """Each kind of contact that is no key; a kind without a contact is not checked."""
        inputs = self._parts.inputs()
        for kind, spec in INPUT_KINDS.items():
            if spec.is_key:
                continue
            states = [state.active for state in inputs.values() if state.kind == kind]
            if not states or None in states:
                yield ReadingStatus(kind, "unchecked", reason="" if states else "no_contact")
                continue
            active = any(states)
            mark: Mark = "watch" if spec.raises_issue(active) else "good"
            yield ReadingStatus(kind, mark, 1.0 if active else 0.0, "on")

    def _sensors(self) -> Iterator[ReadingStatus]:
        """What the sensors of the settings told; an old word is none."""
        told = {issue.subject for issue in self._parts.issues.all()}
        for name, reading in self._parts.sensors().items():
            is_fresh = reading.age_s is not None and reading.age_s <= SENSOR_OLD_S
            if reading.value is None or not is_fresh:
                yield ReadingStatus(name, "unchecked")
            else:
                mark: Mark = "watch" if name in told else "good"
                yield ReadingStatus(name, mark, reading.value, reading.unit)

    async def thumbnail(self, face: str) -> bytes | None:
        """What a face showed when the status was last asked for."""
        if face not in self._pictures:
            await self._look_at_faces()
        snapped = self._pictures.get(face)
        return snapped.png if snapped is not None and snapped.png else None

    # Deeds

    async def tone(self, zone: str) -> None:
        """A quiet tone on one loudspeaker line.

        Raises:
            DeedRefusedError: unknown, silent, quiet hours, or in the way.
        """
        parts = self._parts
        sounds = [one for one in parts.outputs.values() if isinstance(one, SoundOutput)]
        output = next((one for one in sounds if zone in one.lines), None)
        if output is None:
            raise OperationRefusedError("E_UNKNOWN", zone)
        if self._is_silent():
            raise OperationRefusedError("E_SILENT", zone)
        if self._is_quiet(parts.clock.now()):
            raise OperationRefusedError("E_QUIET", zone)
        try:
            output.try_line(zone)
        except PlayError as error:
            raise OperationRefusedError(error.code, zone, error.hint) from error

    def _is_quiet(self, now: Now) -> bool:
        """Only an emergency passes quiet hours. Without a clock nobody knows them."""
        if now.quality == "FLOOR":
            return False
        config = config_in_force(self._parts.programme.held, now)
        policy = effective_policy(config, self._parts.settings.policy)
        local = now.at.astimezone(LOCAL)
        second = local.hour * 3600 + local.minute * 60 + local.second
        return any(window.covers(second) for window in policy.quiet)

    async def pattern(self, face: str) -> None:
        """A test pattern on one face.

        Raises:
            DeedRefusedError: unknown, away, silent, or in the way.
        """
        await self._try_face("pattern", face, pattern_commands(face))

    async def label(self, face: str) -> None:
        """Station and face by name on one face.

        Raises:
            DeedRefusedError: unknown, away, silent, or in the way.
        """
        await self._try_face("label", face, label_commands(self._parts.settings.station, face))

    async def _try_face(self, deed: str, face: str, commands: Sequence[BoardCommand]) -> None:
        board = next((one for one in boards(self._parts) if face in one.faces), None)
        if board is None:
            raise OperationRefusedError("E_UNKNOWN", face)
        programme = self._parts.programme
        if programme.is_locked() or programme.silence(self._parts.clock.now()) is not None:
            raise OperationRefusedError("E_SILENT", face)
        await self._begin_trial(board, deed, face, commands)

    async def _begin_trial(
        self, board: BoardOutput, deed: str, face: str, commands: Sequence[BoardCommand]
    ) -> None:
        try:
            await board.try_face(deed, face, commands)
        except PlayError as error:
            raise OperationRefusedError(error.code, face, error.hint) from error

    async def silence(self, on: bool) -> None:  # noqa: FBT001 - the seam's signature
        """Turn the local silence switch.

        Raises:
            StoreError: the disk did not take it; it holds until the next restart.
        """
        try:
            await (self._parts.silence.begin() if on else self._parts.silence.end())
        finally:
            self._parts.look_again()
        state = "on" if on else "off"
        await self._parts.journal.append("silence", detail={"state": state, "by": "page"})

    async def reload(self) -> Sequence[ValidationFault]:
        """Read the settings again; taking them up would cut what sounds, so not in an emergency.

        Raises:
            DeedRefusedError: an emergency is on.
            ConfigError: the file cannot be read at all.
        """
        for name, output in self._parts.outputs.items():
            if output.on_air is not None and output.on_air.level >= Level.EMERGENCY:
                raise OperationRefusedError("E_BUSY", name)
        faults = await self._parts.reread()
        await self._parts.journal.append("config", detail={"by": "page", "faults": len(faults)})
        return faults

    async def bundle(self) -> bytes:
        """The support bundle: what `tramtin doctor --bundle` writes.

        Raises:
            StoreError: it could not be made.
        """
        return await build_bundle(self._parts.reread.file)

    async def record(self, used: OperationUse) -> None:
        """One use of the controls into the journal, as what it was: no play."""
        detail: dict[str, str | int | float | bool | list[str] | None] = {
            "do": used.use,
            "subject": used.subject,
            "by": "page",
            "from": used.peer,
            "result": used.outcome,
            "code": used.code or None,
        }
        await self._parts.journal.append("command", detail=detail)


def _mark(standing: CheckStatus) -> Mark:
    if standing.state == "not_checked":
        return "unchecked"
    if standing.state == "good":
        return "good"
    kinds = (ISSUE_KINDS.get(finding.kind) for finding in standing.findings)
    return "bad" if any(kind is None or kind.severity == "fault" for kind in kinds) else "watch"
