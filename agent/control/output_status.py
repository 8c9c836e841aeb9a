"""What each output does now, what comes next, which rule put it there, and what was refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agent.clock import Now, mono_s
from agent.contract.accepted import HeldDocument
from agent.contract.document import Emergency, Entry, Playlist
from agent.contract.scene import each_element
from agent.contract.utc import parse_utc
from agent.control.station_status import (
    CommissioningTestStatus,
    EmergencyOutputStatus,
    EmergencyStatus,
    FaceStatus,
    ItemStatus,
    KeyStatus,
    LanguageStatus,
    OutputStatus,
    PlacementRule,
    RefusedItem,
    SoundPathStatus,
    ZoneStatus,
)
from agent.overrides.emergency_state import EmergencyState
from agent.plan.occurrence import Medium, Refusal
from agent.plan.prepared_alarm import KeyAlarm
from agent.plan.unconfirmed_days import find_unconfirmed
from agent.play.ipc import Snapped
from agent.play.item import Item
from agent.play.sound.sound_output import SoundOutput
from agent.playout.output_schedule import SoundSchedule
from agent.playout.schedule import Schedule
from agent.playout.volumes import StationVolumes
from agent.settings import model
from agent.state.documents_in_force import DocumentsInForce
from agent.state.mutes import Mutes
from agent.state.zone_levels import ZoneLevels

if TYPE_CHECKING:  # loads only where the settings name a board
    from agent.play.board.board_output import BoardOutput

REFUSED_AHEAD = timedelta(days=1)
MAX_REFUSED = 3
LONGEST_TITLE = 80

Outputs = Mapping[str, "SoundOutput | BoardOutput"]
Missing = Mapping[str, str | None]  # digest of a named file → why it is not in store


@dataclass(frozen=True)
class OutputStatusReader:
    """Reads the status of the outputs.

    Args:
        outputs: by name.
        documents: those in force.
        schedule: the timeline.
        mutes: what keeps the box silent.
        levels: what signed commands have set for a zone.
        volumes: how loud each zone may be.
        rundowns: name of an output → its part of the schedule.
        peak_dbfs: the highest peak of an input's last speech; None where it is unknown.
    """

    outputs: Outputs
    documents: DocumentsInForce
    schedule: Schedule
    mutes: Mutes
    levels: ZoneLevels
    volumes: StationVolumes
    rundowns: Mapping[str, SoundSchedule]
    peak_dbfs: Callable[[str], float | None]

    def read(
        self,
        want: model.Output,
        pictures: Mapping[str, Snapped],
        missing: Missing,
        now: Now,
    ) -> OutputStatus:
        """One output of the settings, as it is.

        Args:
            want: the output in the settings.
            pictures: what each face shows.
            missing: which media are not in store, and why.
            now: the moment.
        """
        output = self.outputs[want.name]
        playing = output.on_air
        zones = tuple(self._zones(want, output, now)) if isinstance(output, SoundOutput) else ()
        return OutputStatus(
            want.name,
            is_up=output.is_ready,
            now=self._on_air(playing) if playing is not None else None,
            next=self._next(want, missing, now),
            zones=zones,
            faces=tuple(_list_faces(want, output, pictures)),
            gain_db=self._gain_db(playing, zones, now),
            path=_path(output) if isinstance(output, SoundOutput) else None,
            why=self.rundowns[want.name].explain(now, playing),
        )

    def _gain_db(self, playing: Item | None, zones: Sequence[ZoneStatus], now: Now) -> float | None:
        """The volume of what plays, else of what would: of the strictest zone."""
        if playing is not None and zones:
            names = [one.name for one in zones if {"*", one.name} & set(playing.zones)]
            return self.volumes.volume_of(playing, names, now).gain_db
        return min((one.volume.gain_db for one in zones if one.volume is not None), default=None)

    def _zones(self, want: model.Output, output: SoundOutput, now: Now) -> Iterator[ZoneStatus]:
        has_hour = now.quality != "FLOOR"
        for zone in want.zones:
            yield ZoneStatus(
                zone.name,
                zone.kind,
                output.lines[zone.name].state,
                is_switched=zone.switch is not None,
                trim_db=self.levels.trim_db(zone.name, now),
                muted_until=self.levels.muted_until(zone.name, now),
                volume=self.volumes.volume_of_zone(zone.name, now) if has_hour else None,
            )

    def _on_air(self, item: Item) -> ItemStatus:
        """What is on; a document that was withdrawn a moment ago gives no reason any more."""
        held = (h for h in self.documents.held if h.document.doc_id == item.source.doc_id)
        document = next((h.document for h in held), None)
        title, why = item.title, None
        if isinstance(document, Emergency):
            title = title_of(document) or title
            people = (document.editor, document.approver)
            key = item.started_by
            why = PlacementRule(
                document.issuer, document.slot, document.seq, (), (), (), *people, started_by=key
            )
        elif isinstance(document, Playlist):
            entry = next((one for one in document.entries if one.id == item.source.entry), None)
            if entry is not None:
                doubt = find_unconfirmed(self.documents.held, entry, item.start_at)
                why = _why(document, entry, doubt)
        elif item.started_by is not None:  # a person speaks; no document is behind it
            peak_dbfs = self.peak_dbfs(item.source.entry)
            why = PlacementRule("", "", 0, started_by=item.started_by, peak_dbfs=peak_dbfs)
        return ItemStatus(
            title,
            item.level_name,
            item.start_at,
            item.end_at,
            item.zones,
            why,
            is_pulled=item.relay is not None,
        )

    def _next(self, want: model.Output, missing: Missing, now: Now) -> ItemStatus | None:
        """The next of the schedule, whatever is on before it; not before a silence has ended."""
        timeline = self.schedule.timeline
        if timeline is None or now.quality == "FLOOR":
            return None
        sense: Medium = "sound" if want.audio is not None else "picture"
        names = [zone.name for zone in want.zones] + [face.name for face in want.faces]
        coming = timeline.upcoming(self._unmuted_at(sense, now), sense, names)
        if coming is None:
            return None
        wanting = timeline.contenders(coming.start_at, sense, names)
        losers = (one.entry.title for one in wanting[1:] if one.entry.title != coming.entry.title)
        doubt = find_unconfirmed(self.documents.held, coming.entry, coming.start_at)
        return ItemStatus(
            coming.entry.title,
            coming.level.name.lower(),
            coming.start_at,
            coming.end_at,
            tuple(coming.entry.zones),
            _why(coming.playlist, coming.entry, doubt, tuple(dict.fromkeys(losers))),
            _lacking(coming.entry, missing),
            is_pulled=coming.entry.body.relay is not None,
        )

    def _unmuted_at(self, sense: Medium, now: Now) -> datetime:
        """When the present silences end; now without any. The local mute is of sound alone."""
        muted_s = self.mutes.switch.left_s if sense == "sound" else 0.0
        order = self.mutes.ordered(now)
        return max(now.at + timedelta(seconds=muted_s), order.end_at if order else now.at)

    def list_refused(self, now: Now) -> tuple[RefusedItem, ...]:
        """What will not be played within a day, soonest first, each entry and rule once."""
        timeline = self.schedule.timeline
        if timeline is None or now.quality == "FLOOR":
            return ()
        titles = {
            (h.document.doc_id, entry.id): entry.title
            for h in self.documents.held
            if isinstance(h.document, Playlist)
            for entry in h.document.entries
        }
        ahead: dict[tuple[str, str, str], Refusal] = {}
        for one in timeline.refusals:
            if now.at <= one.at < now.at + REFUSED_AHEAD:
                ahead.setdefault((one.doc_id, one.entry_id, one.rule), one)
        return tuple(
            RefusedItem(
                titles.get((one.doc_id, one.entry_id), one.entry_id), one.at, one.code, one.rule
            )
            for one in list(ahead.values())[:MAX_REFUSED]
        )

    def list_tests(self) -> Iterator[CommissioningTestStatus]:
        """The technician's tests that are on."""
        for output in self.outputs.values():
            if isinstance(output, SoundOutput):
                if output.line_under_test is not None:
                    yield CommissioningTestStatus("tone", output.line_under_test)
            elif output.face_test is not None:
                yield CommissioningTestStatus(output.face_test.operation, output.face_test.face)


def list_keys(key_alarms: Iterable[KeyAlarm]) -> Iterator[KeyStatus]:
    """What each emergency key would start."""
    for one in key_alarms:
        document = one.document
        if document is None:
            yield KeyStatus(one.key, one.slot)
        else:
            yield KeyStatus(
                one.key,
                one.slot,
                title_of(document) or document.event_id,
                document.issuer,
                parse_utc(document.expires),
                document.exercise,
                one.why_incomplete,
            )


def title_of(document: Emergency) -> str | None:
    """The first text that it shows or says: a technician recognises it better than a number."""
    texts = (body.text.show or body.text.say for body in document.bodies if body.text is not None)
    return next((text[:LONGEST_TITLE] for text in texts if text), None)


def list_emergencies(states: Iterable[EmergencyState]) -> Iterator[EmergencyStatus]:
    """Every emergency in force, also one that is kept off an output."""
    for state in states:
        document, press = state.active.document, state.active.press
        outputs = tuple(
            EmergencyOutputStatus(
                one.output,
                one.is_board,
                one.standing,
                tuple(LanguageStatus(words.lang, words.state) for words in one.words),
            )
            for one in state.outputs
        )
        yield EmergencyStatus(
            title_of(document) or document.event_id,
            document.issuer,
            state.active.end_at,
            outputs,
            document.exercise,
            press[0] if press is not None else None,
            (document.editor, document.approver),
        )


def _lacking(entry: Entry, missing: Missing) -> str | None:
    body = entry.body
    elements = () if body.scene is None else each_element(body.scene)
    digests = [*(body.media or ()), *(one.media for one in elements if one.media)]
    return next((why for one in digests if (why := missing.get(one)) is not None), None)


def _why(
    document: Playlist, entry: Entry, unconfirmed: str, losers: tuple[str, ...] = ()
) -> PlacementRule:
    at = tuple(one.removesuffix(":00") if one.count(":") > 1 else one for one in entry.when.at)
    weekdays = tuple(entry.when.weekdays)
    people = (document.editor, document.approver)
    return PlacementRule(
        document.issuer,
        document.slot,
        document.seq,
        at,
        weekdays,
        losers,
        *people,
        unconfirmed=unconfirmed,
    )


def _list_faces(
    want: model.Output, output: SoundOutput | BoardOutput, pictures: Mapping[str, Snapped]
) -> Iterator[FaceStatus]:
    lanes = {} if isinstance(output, SoundOutput) else output.lanes
    shown = {face: lane.on_air for face, lane in lanes.items()}
    is_split = len({one.key if one is not None else None for one in shown.values()}) > 1
    for face in want.faces:
        item = shown.get(face.name)
        title = (item.title if item is not None else "") if is_split else None
        yield _face(face, pictures.get(face.name), title)


def _face(face: model.Face, snapped: Snapped | None, title: str | None) -> FaceStatus:
    if snapped is None:
        return FaceStatus(face.name, face.width_px, face.height_px, title=title)
    age_s = max(0.0, mono_s() - snapped.changed_mono_s)
    token = snapped.token[:16]
    return FaceStatus(face.name, face.width_px, face.height_px, token, age_s, title)


def named_media(held: Sequence[HeldDocument]) -> set[str]:
    """The digests of all files that held documents name."""
    return {
        medium.sha256
        for h in held
        if isinstance(h.document, Playlist | Emergency)
        for medium in h.document.media
    }


def _path(output: SoundOutput) -> SoundPathStatus | None:
    path = output.path()
    if path is None:
        return None
    card = path.config
    is_fallback = path.rank > 0
    return SoundPathStatus(card.device, card.gain_db, is_fallback, path.is_safe)


def list_boards(outputs: Outputs) -> list[BoardOutput]:
    """The boards among the outputs."""
    return [one for one in outputs.values() if not isinstance(one, SoundOutput)]
