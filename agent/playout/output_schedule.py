"""What one output plays now and next, by the schedule of the box (see `playout.schedule`).

Every query leaves the state as it is.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from msgspec import structs

from agent.clock import Now
from agent.contract.host_rule import is_named
from agent.contract.priority import Level
from agent.contract.report import Why
from agent.contract.scene import Scene
from agent.plan.emergency import ActiveEmergency
from agent.plan.occurrence import Medium as Sense
from agent.plan.site_work import Kept
from agent.plan.standby import find_standby
from agent.plan.timeline import Occurrence, Timeline
from agent.plan.why_now import Playing, explain_now
from agent.play.item import Item, StandbyItem
from agent.play.play_memory import CLOCK_STEP, PREEMPTED
from agent.playout.item_builder import (
    LIMIT_SLACK,
    build_item,
    each_entry_once,
    emergency_picture,
    emergency_sound,
    is_chime,
    key_of,
    live_item,
    standby_item,
)
from agent.playout.item_work import LOCAL_KINDS, KeysWith, find_item_work
from agent.playout.schedule import BEHIND, Schedule

CLASH = "clash"  # as a rehearsal says it beforehand


class SoundSchedule:
    """The schedule of one sound output (see `play.item.Rundown`)."""

    sense: Sense = "sound"
    kept: Kept = "programme"

    def __init__(self, schedule: Schedule, zones: Iterable[str]) -> None:
        self._schedule = schedule
        self._zones = frozenset(zones)
        self.faces: Mapping[str, SoundSchedule] = {}

    def wanted(self, now: Now, done: Container[str] = ()) -> Item | None:
        """The first that is not done of emergencies and who speaks at the box, else the highest."""
        speaker = self._find_speaker(now, done)
        for item in self._alarms(now):
            if item.key not in done:
                return speaker if speaker is not None and speaker.level > item.level else item
        candidates = [self.scheduled(now, done), self._voice(now, done), speaker]
        found = filter(None, candidates)
        first = max(found, key=lambda item: item.level, default=None)  # the first of equals
        return self.scheduled(now) if first is None else first

    def _find_speaker(self, now: Now, done: Container[str]) -> Item | None:
        speaker = self._schedule.find_speaker(self._zones) if self.sense == "sound" else None
        if speaker is None or speaker.key in done or not self.is_entitled(speaker, now):
            return None
        return speaker

    def _voice(self, now: Now, done: Container[str]) -> Item | None:
        """The highest live voice for this output that is not done."""
        for voice in self._schedule.voices.now if self.sense == "sound" else ():
            zones, is_new = voice.stream.zones, voice.key not in done
            is_here = "*" in zones or not self._zones.isdisjoint(zones)
            if is_new and is_here and self._may_be_live(voice.stream.level, now):
                return live_item(voice, now.at)
        return None

    def _may_be_live(self, level: Level, now: Now) -> bool:
        """May a voice of the centre sound? No warning comes before it, so none passes a lockout."""
        is_kept_off = self._schedule.find_work_before_voice(level) is not None
        return self._may_sound(level, now) and not is_kept_off

    def _may_sound(self, level: Level, now: Now) -> bool:
        if level >= Level.EMERGENCY:
            return not self._schedule.is_stopped(now)
        return not self._is_silent(now)

    @property
    def is_complete(self) -> bool:
        """Has the plan every document that the box holds?"""
        return self._schedule.is_complete and self._schedule.timeline is not None

    def scheduled(self, now: Now, done: Container[str] = ()) -> Item | None:
        """What the schedule has for now and is not done, whatever goes before it."""
        timeline = self._timeline(now)
        if timeline is None:
            return None
        found = timeline.wanted(now.at, self.sense, self._zones, done)
        if found is not None and self._is_kept_chime(found):
            found = timeline.wanted(now.at, self.sense, self._zones, KeysWith(done, found.key))
        return self._item(found)

    def _is_kept_chime(self, one: Occurrence) -> bool:
        """Is it the chime that checks loudspeakers, while somebody works at the station?"""
        return is_chime(one) and self._schedule.find_work("test") is not None

    def due(self, since_at: datetime, now: Now, known: Container[str] = ()) -> list[Item]:
        """What the schedule had start from a moment until now, the winner of each level."""
        timeline = self._timeline(now)
        if timeline is None:
            return []
        from_at = since_at - timedelta(microseconds=1)
        started = timeline.starting(from_at, now.at, self.sense, self._zones)
        return [self._build(one) for one in _winners(started) if one.key not in known]

    def started(self, since_at: datetime, now: Now) -> list[Item]:
        """All that the schedule had start from a moment until now, but filler; see `Rundown`."""
        started = self._list_owed(since_at - timedelta(microseconds=1), now.at)
        return [self._build(one) for one in started]

    def unended(self, at: datetime, now: Now) -> list[Item]:
        """What started in the day before a moment, came in time, and may sound behind it."""
        started = self._list_owed(at - BEHIND, at)
        return [
            self._build(one)
            for one in started
            if one.latest_end_at > at and not _came_late(one, now)
        ]

    def _list_owed(self, from_at: datetime, until_at: datetime) -> Iterator[Occurrence]:
        """The starts in (from_at, until_at] of which a record is owed, in a silence too."""
        timeline = self._schedule.timeline
        if timeline is None:
            return iter(())
        started = timeline.starting(from_at, until_at, self.sense, self._zones)
        return (one for one in started if one.level > Level.FILLER or is_chime(one))

    def why_kept_off(self, item: Item, now: Now) -> str | None:
        """What keeps an item that is due from the output; None: nothing does."""
        if (silence := self.why_silenced(item, now)) is not None:
            return silence
        wanted = self.wanted(now)
        if wanted is not None and wanted.level > item.level:
            return PREEMPTED
        return CLASH if self._is_weaker(item) else None

    def _is_weaker(self, item: Item) -> bool:
        """Does a stronger one of its level begin at the same moment?"""
        since_at = item.start_at - timedelta(microseconds=1)
        timeline = self._schedule.timeline or Timeline()
        together = list(timeline.starting(since_at, item.start_at, self.sense, self._zones))
        own = next((one for one in together if one.key == item.key), None)
        return own is not None and any(
            one.level == own.level and one.rank > own.rank for one in together
        )

    def is_planned(self, item: Item) -> bool:
        """Is it in the plan still? What is longer past than that reaches: is its document held?"""
        schedule, start_at = self._schedule, item.start_at
        if schedule.timeline is None or schedule.built_at is None:
            return False
        if start_at < schedule.built_at - BEHIND:
            return schedule.is_held(item.source.doc_id)
        since_at = start_at - timedelta(microseconds=1)
        found = schedule.timeline.starting(since_at, start_at, self.sense, self._zones)
        return any(one.key == item.key for one in found)

    def alarms(self, now: Now) -> list[Item]:
        """The emergencies in force as items of this output, highest first."""
        return list(self._alarms(now))

    def upcoming(self, now: Now, done: Container[str] = ()) -> Item | None:
        """The next scheduled item that is not done, also while an alarm is on."""
        timeline = self._timeline(now)
        if timeline is None:
            return None
        found = timeline.upcoming(now.at, self.sense, self._zones, done)
        if found is not None and self._is_kept_chime(found):
            found = timeline.upcoming(now.at, self.sense, self._zones, KeysWith(done, found.key))
        return self._item(found)

    def following(self, key: str, now: Now) -> Item | None:
        """What is planned right behind an item, and may begin sooner where that one fails."""
        timeline = self._timeline(now)
        wanted = {*self._zones, "*"}
        for one in () if timeline is None else timeline.following(key):
            if one.medium == self.sense and not wanted.isdisjoint(one.entry.zones):
                return self._build(one)
        return None

    def _timeline(self, now: Now) -> Timeline | None:
        """The timeline, where it may sound or show: not without a clock, nor in a silence."""
        if now.quality == "FLOOR" or self._is_silent(now):
            return None
        return self._schedule.timeline

    def lacking(self, now: Now, ahead: timedelta) -> list[Item]:
        """What is to start within `ahead` (at most a day) and lacks a medium, soonest first.

        Of each entry the next start alone.
        """
        timeline = self._schedule.timeline
        if timeline is None:
            return []
        occurrences = timeline.starting(now.at, now.at + ahead, self.sense, self._zones)
        return [item for item in map(self._build, each_entry_once(occurrences)) if item.missing]

    def is_needed(self, now: Now, ahead: timedelta, on_air: Item | None) -> bool:
        """Must what is on, or begins within `ahead`, not be cut? Notices can be drawn again."""
        if on_air is not None and (self.sense == "sound" or on_air.level >= Level.EMERGENCY):
            return True
        if next(self._alarms(now), None) is not None:
            return True
        upcoming = self.upcoming(now) if self.sense == "sound" else None
        return upcoming is not None and upcoming.start_at - now.at <= ahead

    def is_entitled(self, item: Item, now: Now, sounds_at: datetime | None = None) -> bool:
        """Held, and if it is an emergency, still on; nothing is while the box is stopped."""
        if self._schedule.is_stopped(now):
            return False
        if item.kind == "live":
            is_on = self._schedule.voices.is_on(item.key)
            return is_on and self._may_be_live(Level(item.level), now)
        if item.kind in LOCAL_KINDS:  # who speaks is ended with its reason by `overrides`
            return self._may_sound(Level(item.level), now)
        if item.level >= Level.EMERGENCY:
            alarms = self._schedule.alarms(now, self.sense)
            is_on = any(key_of(one, self.sense) == item.key for one in alarms)
            return is_on and find_item_work(self._schedule, item, self.sense) is None
        if item.relay is not None and not is_named(item.relay.url, self._schedule.relay_hosts):
            return False
        at = sounds_at or now.at
        is_over = now.at >= item.latest_end_at + LIMIT_SLACK or self._is_barred(item, at)
        is_over = is_over or self._is_set_back(item, now, at)
        is_over = is_over or find_item_work(self._schedule, item, self.sense) is not None
        return (
            not is_over and not self._is_silent(now) and self._schedule.is_held(item.source.doc_id)
        )

    def _is_set_back(self, item: Item, now: Now, at: datetime) -> bool:
        """Has the clock been set back to before its time, to an hour in which nothing may sound?"""
        is_ahead = item.start_at > now.at and now.quality != "FLOOR"
        return self.sense == "sound" and is_ahead and self._schedule.is_quiet(at)

    def _is_barred(self, item: Item, at: datetime) -> bool:
        """Is it music or an advert that was on when a mourning was signed or began?"""
        about = item.source.description
        return True in (about.music, about.advert) and self._schedule.is_mourning(at)

    def why_silenced(self, item: Item, now: Now) -> str | None:
        """What ends this item now: the silence key, a silence, mourning, a voice's end."""
        if self._schedule.is_locked():
            return "silence_key"
        ordered = self._schedule.silence(now)
        is_off = ordered is not None and (ordered.stops_emergency or item.level < Level.EMERGENCY)
        if is_off:
            return "silenced"
        why = self._why_off(now) if item.level < Level.EMERGENCY else None
        if (why := why or find_item_work(self._schedule, item, self.sense)) is not None:
            return why
        if self._is_barred(item, now.at):
            return "mourning"
        if item.is_planned and self._is_set_back(item, now, now.at):
            return CLOCK_STEP
        return self._schedule.voices.why_over(item.key) if item.kind == "live" else None

    def explain(self, now: Now, on_air: Item | None) -> Why:
        """Why the output plays what it does, and what is refused now."""
        return explain_now(
            self._schedule.held,
            self._schedule.timeline,
            now,
            self.sense,
            self._zones,
            playing=Playing(on_air.key, on_air.level) if on_air is not None else None,
            off=self._schedule.find_work(self.kept)
            or ("silence" if self._is_silent(now) else None),
        )

    def _is_silent(self, now: Now) -> bool:
        """The local mute concerns sound alone; a signed silence concerns boards too."""
        schedule = self._schedule
        if schedule.is_locked() or schedule.silence(now) is not None or self._is_blank(now):
            return True
        if schedule.find_work(self.kept) is not None:
            return True
        return self.sense == "sound" and schedule.is_silent()

    def _why_off(self, now: Now) -> str | None:
        """What keeps all but emergencies off this output alone."""
        if self._is_blank(now):
            return "blanked"
        if (work := self._schedule.find_work(self.kept)) is not None:
            return work
        return "local_mute" if self.sense == "sound" and self._schedule.is_silent() else None

    def _is_blank(self, _now: Now) -> bool:
        """Has a signed command blanked the picture?"""
        return False

    def _alarms(self, now: Now) -> Iterator[Item]:
        schedule = self._schedule
        alarms = [] if schedule.is_stopped(now) else schedule.alarms(now, self.sense)
        items = filter(None, map(self.item_of, alarms))
        return (item for item in items if find_item_work(self._schedule, item, self.sense) is None)

    def item_of(self, active: ActiveEmergency) -> Item | None:
        """The emergency as an item of this output; None when it has nothing for it."""
        return emergency_sound(active, self._schedule.media_state, self._schedule.read)

    def _item(self, occurrence: Occurrence | None) -> Item | None:
        return None if occurrence is None else self._build(occurrence)

    def _build(self, occurrence: Occurrence) -> Item:
        return build_item(occurrence, self._schedule.media_state, self._schedule.read)


def _came_late(one: Occurrence, now: Now) -> bool:
    """Was its document accepted behind its end? Not one that a clock which was ahead accepted."""
    return one.end_at <= one.document.accepted_at <= now.at


def _winners(started: Iterable[Occurrence]) -> Iterable[Occurrence]:
    """Of those that start together, the winner of each level, and behind it what waits."""
    ranked = sorted(started, key=lambda one: one.rank, reverse=True)
    winners: dict[tuple[datetime, Level], Occurrence] = {}
    for one in ranked:
        winners.setdefault((one.start_at, one.level), one)
    return [
        one
        for one in sorted(ranked, key=lambda one: one.start_at)
        if one.waits_until is not None or winners[one.start_at, one.level] is one
    ]


class BoardSchedule(SoundSchedule):
    """The schedule of one board output, or of one of its faces.

    Attributes:
        faces: that of each face, for which the faces decide; empty where there is one face.
    """

    sense: Sense = "picture"
    kept: Kept = "picture"

    def __init__(self, schedule: Schedule, faces: Sequence[str]) -> None:
        super().__init__(schedule, faces)
        if len(faces) > 1:
            self.faces = {face: BoardSchedule(schedule, [face]) for face in faces}

    def wanted(self, now: Now, done: Container[str] = ()) -> Item | None:
        """As of a loudspeaker, with the banner that is due over it, or that banner alone."""
        item, banner = super().wanted(now, done), self._banner(now, done)
        if banner is None or banner.scene is None:
            return item
        if item is None or item.key in done or item.missing is not None:
            return self._place_alone(banner, banner.scene, now)
        return item if item.level > banner.level else replace(item, banner=banner)

    def _place_alone(self, banner: Item, strip: Scene, now: Now) -> Item:
        """A banner over what the face shows at rest: its standby picture, or black without one."""
        rest = next((one for one in self.standby(now) if self._zones <= set(one.faces)), None)
        base = None if rest is None else structs.replace(rest.scene, ms=strip.ms)
        clips = banner.clips if rest is None else (*banner.clips, *rest.clips)
        from agent.play.board.banner import add_banner  # boards alone load it

        scene = add_banner(base, strip, banner.edge or "bottom")
        return replace(banner, scene=scene, edge=None, clips=clips)

    def _banner(self, now: Now, done: Container[str]) -> Item | None:
        timeline = self._timeline(now)
        if timeline is None:
            return None
        item = self._item(timeline.wanted(now.at, "banner", self._zones))
        return None if item is None or item.key in done or item.missing is not None else item

    def item_of(self, active: ActiveEmergency) -> Item | None:
        """As a board shows it."""
        return emergency_picture(active)

    def standby(self, now: Now) -> list[StandbyItem]:
        """What its faces show while nothing else is on them; nothing while the box is silent."""
        if self._is_silent(now):
            return []
        schedule = self._schedule
        faces = [face for face in sorted(self._zones) if not schedule.is_blank(face, now)]
        rights = schedule.policy.face_rights
        found = find_standby(schedule.held, faces, schedule.media_state, now, rights.may_show)
        return [standby_item(one) for one in found]

    def _is_blank(self, now: Now) -> bool:
        return all(self._schedule.is_blank(face, now) for face in self._zones)
