"""The outputs of a box, each with the schedule that it reads."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from agent.box_state import BoxState
from agent.clock import Clock
from agent.contract.ids import StationId
from agent.contract.report import InputState, SensorReading
from agent.live.reception import LiveReception
from agent.live.relay.relay_access import RelayAccess
from agent.overrides.emergency_state import EmergencyState, list_alarms
from agent.overrides.local_voice import LocalVoice, list_voice_keys
from agent.play.decode.output_media import HIGH_PASS_HZ, OutputMedia
from agent.play.item import Item, OutputContext, PlayLog, SourceTable, no_standby
from agent.play.output_factory import build_sound_output, list_sounding
from agent.play.play_memory import PlayMemory
from agent.play.sound.sound_output import SoundOutput
from agent.play.sound_moments import SoundMoments
from agent.play.sound_source import SoundSource
from agent.play.source_table import build_sources, build_voice_inputs
from agent.play.speaker_line import FaultSink, SpeakerLine, close_buses
from agent.play.speech.speech_source import speech_source
from agent.playout.output_schedule import BoardSchedule, SoundSchedule
from agent.playout.relay_filler import find_filler
from agent.playout.schedule import Schedule
from agent.playout.voice_items import VoiceItems
from agent.playout.volumes import StationVolumes, zones_of
from agent.settings.model import BoardLight, Output, Sensor, Settings
from agent.settings.still_faces import list_still_faces
from agent.signals import Signal
from agent.state.zone_levels import ZoneLevels

if TYPE_CHECKING:  # these load only where the settings name them
    from agent.play.board.board_output import BoardOutput
    from agent.play.board.wall_control import WallControl
    from agent.play.capture.voice_input import VoiceInput
    from agent.playout.light_control import Dimmable, LightControl
    from agent.verifier.verifier import Verifier

Run = Callable[[], Coroutine[Any, Any, None]]
PAUSE = timedelta(minutes=1)
WITNESS_KINDS = ("amplifier-fault", "heard-key")


@dataclass(frozen=True)
class OutputSet:
    """All outputs of the settings.

    Args:
        schedule: of the whole box.
        clock: the only source of time.
        volumes: how loud each zone may be.
        levels: what signed commands have set.
        voices: microphones and line-ins by their names.
        verifier: what proves plays; None where the settings name no witness.

    Attributes:
        rundowns: name of an output → its part of the schedule.
        by_name: name → output.
        lines: every switched speaker line.
        walls: name of a board's output → its control cards.
        lights: name of a board's output → what dims it.
        moments: when what sounds begins and ends, for the pictures that go with it.
    """

    schedule: Schedule
    clock: Clock
    volumes: StationVolumes
    levels: ZoneLevels
    voices: Mapping[str, VoiceInput] = field(default_factory=dict)
    verifier: Verifier | None = None
    rundowns: dict[str, SoundSchedule] = field(default_factory=dict)
    by_name: dict[str, SoundOutput | BoardOutput] = field(default_factory=dict)
    lines: list[SpeakerLine] = field(default_factory=list)
    walls: dict[str, list[WallControl]] = field(default_factory=dict)
    lights: dict[str, LightControl] = field(default_factory=dict)
    moments: SoundMoments = field(default_factory=SoundMoments)

    def wall_readings(self) -> dict[str, SensorReading]:
        """What control cards measure, and the light of boards, as readings of sensors."""
        cards = (wall.readings() for walls in self.walls.values() for wall in walls)
        levels = (board.light.readings(board.name) for board in self.boards())
        lights = (light.readings(name) for name, light in self.lights.items())
        return {name: one for found in (*cards, *levels, *lights) for name, one in found.items()}

    def wall_services(
        self,
        outputs: Sequence[Output],
        read_states: Callable[[], Mapping[str, InputState]],
        read_sensors: Callable[[], Mapping[str, SensorReading]],
        report: Callable[[], None],
        stopped_at: Callable[[], datetime | None],
    ) -> dict[str, Run]:
        """The services that watch and dim boards, by name; none without control cards.

        Args:
            outputs: of the settings.
            read_states: gives every contact's present state.
            read_sensors: gives every sensor's last reading.
            report: asks for a health report soon.
            stopped_at: when a former run of the box was last alive.
        """
        services: dict[str, Run] = {
            f"wall {wall.name}": wall.run for walls in self.walls.values() for wall in walls
        }
        if self.walls:
            from agent.play.board.live_input import LiveInput

            for board in self.boards():
                if board.name in self.walls:
                    inputs = LiveInput(board, self.walls[board.name])
                    services[f"inputs of {board.name}"] = inputs.run
            from agent.play.board.cabinet_power import build_switches

            for one in outputs:
                wall_of, lit = self.walls.get(one.name, ()), self.by_name[one.name]
                if not isinstance(lit, SoundOutput):
                    rundown = self.rundowns[one.name]
                    services |= build_switches(one.controls, wall_of, lit, rundown, self.clock)
        for one in outputs:
            if one.light is not None:
                light = self.lights[one.name] = self._build_light(
                    one.name, one.light, read_states, read_sensors, report, stopped_at
                )
                services[f"light {one.name}"] = light.run
        return services

    def _build_light(
        self,
        name: str,
        rules: BoardLight,
        read_states: Callable[[], Mapping[str, InputState]],
        read_sensors: Callable[[], Mapping[str, SensorReading]],
        report: Callable[[], None],
        stopped_at: Callable[[], datetime | None],
    ) -> LightControl:
        from agent.playout.light_control import LightControl, LightSources, find_fresh

        board = self.by_name[name]
        if isinstance(board, SoundOutput):
            raise TypeError(f"{name} is no board")
        sources = LightSources(
            now=self.clock.now,
            sun=lambda: self.schedule.policy.sun_point,
            inputs=read_states,
            on_air=lambda: self.by_name[name].on_air,
            caps=lambda: self.schedule.policy.board_light,
            lux=lambda: find_fresh(read_sensors(), rules.sensor),
            ordered_pct=lambda: self.levels.dim_pct(board.faces, self.clock.now()),
            picture_level=lambda: board.light.level,
            stopped_at=stopped_at,
        )
        dimmed: list[Dimmable] = list(self.walls.get(name, ()))
        if not dimmed:
            dimmed = [board]
        return LightControl(rules, dimmed, sources, report)

    def sounding(self) -> list[Item]:
        """The items that loudspeakers play now."""
        return list_sounding(self.by_name.values())

    def peak_dbfs(self, voice: str) -> float | None:
        """The highest peak of what was last said into a voice input."""
        return self.voices[voice].peak_dbfs

    def list_alarms(self) -> list[EmergencyState]:
        """Every emergency in force, and how it stands on each output."""
        return list_alarms(self.schedule, self.rundowns, self.by_name, self.clock.now())

    def boards(self) -> list[BoardOutput]:
        """The boards among the outputs."""
        return [one for one in self.by_name.values() if not isinstance(one, SoundOutput)]

    def may_pause(self) -> bool:
        """Does no output need the next minute, so that the agent may restart?"""
        now = self.clock.now()
        return not any(
            rundown.is_needed(now, PAUSE, self.by_name[name].on_air)
            for name, rundown in self.rundowns.items()
        )

    def connect_verifier(
        self,
        sampled: Signal[[Sensor, float]],
        contact_read: Signal[[str, bool]],
        read_states: Callable[[], Mapping[str, InputState]],
        connect: Callable[..., None],
    ) -> dict[str, Run]:
        """Give the verifier what it looks at: sensors, contacts, what engines play.

        Args:
            sampled: emitted with a sensor and its value.
            contact_read: emitted with name and state of a contact.
            read_states: gives every contact's present state.
            connect: connects a signal.

        Returns:
            Its services by name; none where the settings name no witness.
        """
        if self.verifier is None:
            return {}
        connect(sampled, self.verifier.amplifiers.on_sample, self.verifier.sights.on_sample)
        connect(contact_read, self.verifier.amplifiers.on_contact, self.verifier.keys.on_contact)
        for name, monitor in self.verifier.monitors.items():
            output = self.by_name[name]
            if isinstance(output, SoundOutput):
                connect(monitor.opened, partial(monitor.tap, output))
                connect(output.engine_ready, partial(monitor.tap, output))
        for name, walls in self.walls.items():
            for wall in walls:
                connect(wall.polled, partial(self._look_at_card, name, wall))
        for board in self.boards():
            connect(board.signs.confirmed, self.verifier.look_at_sign)
            if not self.verifier.sights.faces.isdisjoint(board.faces):
                connect(board.light.read, partial(self._note_sent, board))
        return self.verifier.services(read_states)

    def _look_at_card(self, output: str, wall: WallControl) -> None:
        board = self.by_name[output]
        if self.verifier is not None and not isinstance(board, SoundOutput):
            self.verifier.look_at_card(wall.faces or board.faces, shows_ours=wall.shows_ours)
            self.verifier.sights.on_lux(wall.name, wall.measured_lux)

    def _note_sent(self, board: BoardOutput) -> None:
        """So much light each face was sent, by the brightness that it has."""
        if self.verifier is None:
            return
        for face in board.faces:
            light, pct = board.light.of(face), self._brightness_pct(board.name, face)
            sent = None if light is None or pct is None else light.luminance * pct / 100
            self.verifier.sights.note_sent(face, sent)

    def _brightness_pct(self, board: str, face: str) -> float | None:
        """Of a face; None: not known, or its card is black."""
        walls = [one for one in self.walls.get(board, ()) if not one.faces or face in one.faces]
        if not all(one.is_lit for one in walls):
            return None
        told = [one.reading.brightness_pct for one in walls if one.reading is not None]
        if known := [pct for pct in told if pct is not None]:
            return known[0]
        return self.lights[board].pct if board in self.lights else 100.0


def build_outputs(
    stack: AsyncExitStack,
    settings: Settings,
    clock: Clock,
    state: BoxState,
    schedule: Schedule,
    live: LiveReception,
) -> OutputSet:
    """Build every output. Leaving the stack switches every line off, also if a later build fails.

    Raises:
        ConfigError: a switch's profile or options are unknown.
    """
    voices = build_voice_inputs(settings.voice_inputs, state.issues.set_issue)
    speech = partial(speech_source, settings=settings.speech)
    volumes = StationVolumes(zones_of(settings), schedule, state.levels, state.media.loudness)
    access = RelayAccess(
        lambda: schedule.relay_hosts, settings.media.allow_private, settings.broker.ca,
        clock, lambda issuer: find_filler(
            schedule.held, issuer, schedule.media_state,
            is_mourning=schedule.is_mourning(clock.now().at),
        ),
        state.issues.set_issue,
    )  # fmt: skip
    lines: list[SpeakerLine] = []
    verifier = _build_verifier(settings, state, lines)
    moments = SoundMoments([zone.name for one in settings.outputs for zone in one.zones])
    built = OutputSet(
        schedule, clock, volumes, state.levels, voices, verifier, lines=lines, moments=moments
    )
    proved_log: PlayLog = state.journal if verifier is None else verifier.log
    for one in settings.outputs:
        rundown = _build_rundown(one, schedule)
        media = OutputMedia(state.media, HIGH_PASS_HZ[one.audio.loudspeaker] if one.audio else 0)
        local_sources = build_sources(media, voices, state.voice.wait_end)
        voice = partial(_live_source, live=live, clock=clock, high_pass_hz=media.high_pass_hz)
        relay = partial(_relay_source, access=access, media=media)
        sources: SourceTable = {
            **local_sources, "live": voice, "relay": relay, "speech": speech,
        }  # fmt: skip
        context = OutputContext(
            rundown, clock, media, proved_log,
            state.issues.set_issue, sources,
            is_muted=lambda zone: state.levels.is_muted(zone, clock.now()),
            volumes=volumes, fade_in_ms=one.audio.fade_in_ms if one.audio is not None else 0,
            delay_s=one.audio.delay_ms / 1000 if one.audio is not None else 0.0,
            memory=state.plays.get(one.name) or PlayMemory(), moments=moments,
            find_standby=rundown.standby if isinstance(rundown, BoardSchedule) else no_standby,
            warning_s=schedule.find_warning_s,
            note_waiting=lambda doc_id: schedule.note_waiting(doc_id, clock.now()),
        )  # fmt: skip
        built.rundowns[one.name] = rundown
        if one.audio is None:
            board = _build_board(one, settings.station, context, rundown)
            built.by_name[one.name] = board
            if one.controls:
                built.walls[one.name] = _build_walls(one, state.issues.set_issue)
            continue
        sound = built.by_name[one.name] = build_sound_output(one, context)
        built.lines.extend(sound.lines.values())
        stack.push_async_callback(close_buses, list(sound.lines.values()))
    return built


def _build_verifier(
    settings: Settings, state: BoxState, lines: Sequence[SpeakerLine]
) -> Verifier | None:
    """What proves plays; its modules load only where the settings name a witness."""
    if not _names_witness(settings):
        return None
    from agent.verifier.verifier import build_verifier

    def is_on(zone: str) -> bool:
        return any(line.name == zone and line.state == "on" for line in lines)

    return build_verifier(settings, state.journal, state.issues.set_issue, is_on)


def _build_board(
    output: Output, station: str, context: OutputContext, rundown: SoundSchedule
) -> BoardOutput:
    """A board; its modules load only where the settings name one."""
    from agent.play.board.board_factory import build_board_output

    return build_board_output(output, StationId(station), context, rundown.faces)


def _build_walls(output: Output, on_fault: FaultSink) -> list[WallControl]:
    """A board's control cards; their modules load only where the settings name one."""
    from agent.play.board.wall_control import build_wall

    return [build_wall(card, on_fault) for card in output.controls]


def _names_witness(settings: Settings) -> bool:
    """Do the settings name anything that can prove a play?"""
    return (
        any(one.monitor is not None or one.controls for one in settings.outputs)
        or any(one.zone is not None for one in settings.sensors)
        or any(one.kind in WITNESS_KINDS for one in settings.inputs)
        or bool(list_still_faces(settings.outputs))
    )


def _live_source(
    item: Item, *, live: LiveReception, clock: Clock, high_pass_hz: int
) -> SoundSource:
    from agent.live.live_source import LiveSource  # loads only when somebody speaks

    return LiveSource(item, live.find(item.key), clock, high_pass_hz)


def _relay_source(item: Item, *, access: RelayAccess, media: OutputMedia) -> SoundSource:
    from agent.live.relay.relay_source import RelaySource  # loads only when a radio is pulled

    return RelaySource(item, access, media)


def _build_rundown(output: Output, schedule: Schedule) -> SoundSchedule:
    if output.board is not None:
        return BoardSchedule(schedule, [face.name for face in output.faces])
    return SoundSchedule(schedule, [zone.name for zone in output.zones])


def build_local_voice(
    settings: Settings, clock: Clock, state: BoxState, outputs: OutputSet, items: VoiceItems
) -> LocalVoice:
    """The keys of the microphones and line-ins."""
    mutes, schedule = state.mutes, outputs.schedule
    return LocalVoice(
        list_voice_keys(settings), clock=clock, journal=state.journal, issues=state.issues,
        press=state.voice, judge=partial(items.judge, schedule), refuse=items.refuse,
        is_stopped=mutes.is_stopped, is_muted=mutes.is_muted, sounding=outputs.sounding,
        peak_dbfs=outputs.peak_dbfs,
    )  # fmt: skip
