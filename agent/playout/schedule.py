"""Documents in force → the timeline and the emergencies from which each output takes its items.

`plan` has the rules and knows no outputs, `play` has the outputs and knows no rules; this module
and `output_schedule` connect them. Every query leaves the state as it is. What time changes is
written by `refresh`, which `app` calls whenever something has changed and `run` calls as time
passes.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from agent.clock import Clock, Now
from agent.contract.accepted import HeldDocument
from agent.contract.document import Emergency
from agent.contract.priority import Level
from agent.plan.calendar import list_days
from agent.plan.emergency import ActiveEmergency, list_active_emergencies
from agent.plan.occurrence import Medium as Sense
from agent.plan.occurrence import Refusal
from agent.plan.policy import EffectivePolicy, config_in_force, effective_policy
from agent.plan.prepared_alarm import Press, find_active_alarm
from agent.plan.quiet_hours import QuietHours
from agent.plan.silence import ActiveSilence, find_active_silence
from agent.plan.site_work import (
    NOBODY,
    Kept,
    SiteWork,
    Work,
    find_work,
    find_work_before_emergency,
    find_work_before_voice,
)
from agent.plan.standby import list_standby_digests
from agent.plan.timeline import Timeline, build_in_slices
from agent.play.item import Item
from agent.playout.item_builder import (
    ReadAloud,
    digests_of,
    each_entry_once,
    read_nothing,
)
from agent.playout.new_refusals import NewRefusals
from agent.settings.model import Policy
from agent.signals import Signal
from agent.state.documents_in_force import DocumentsInForce
from agent.state.live_voices import LiveVoices

BEHIND = timedelta(hours=26)
AHEAD = timedelta(hours=50)
REBUILD_AFTER = timedelta(hours=12)
REFRESH_S = 60.0
NEAR = REBUILD_AFTER + timedelta(hours=1)  # by then the next plan is built
WITHOUT_CONFIG = effective_policy(None, None)
REFRESH_WHILE_WAITING_S = 1.0  # far below the slack of an emergency's sequence, 10 s


def _never() -> bool:
    return False


def _never_blank(_face: str, _now: Now) -> bool:
    return False


def _nobody() -> SiteWork:
    return NOBODY


def _no_press() -> None:
    return None


def _as_noted(_doc_id: str, noted_at: datetime, _now: Now) -> datetime:
    return noted_at


def _no_voice(_zones: Collection[str]) -> None:
    return None


@dataclass
class Schedule:
    """The timeline of all documents in force, and the emergencies among them.

    Args:
        local: the narrowing policy of the local settings, if any.
        media_state: None when a medium is in store, else why it is not.
        is_silent: may nothing but an emergency sound?
        is_locked: does the key on the box mute and blank everything, an emergency too?
        pressed: the last press of an emergency key, while it may last.
        documents: those in force.
        voices: the live ones that are to be heard.
        find_speaker: who speaks at the box now on an output with these zones.
        read: what the box says for a text; None where it cannot read it.
        zone_kinds: the station's clusters and the kinds of their surroundings.
        is_blank: has a signed command blanked a face?
        faces: the names of the station's faces.
        start_of: when an emergency began, by the present clock: see `state.emergency_starts`.
        site_work: who works at the station.

    Attributes:
        planned: emitted when `replan` or the passing of time has built a timeline.
        timeline: the last one that was built; it reaches from `BEHIND` to `AHEAD` of `built_at`.
        built_at: the moment around which it was built.
        media_hosts: the hosts that the station-config allows media to come from.
        policy: the limits in force.
        is_complete: does it plan all that the box holds? After a start the stored schedules come
            later than what may sound at once.
    """

    local: Policy | None
    media_state: Callable[[str], str | None]
    is_silent: Callable[[], bool] = _never
    is_locked: Callable[[], bool] = _never
    pressed: Callable[[], Press | None] = _no_press
    documents: DocumentsInForce = field(default_factory=DocumentsInForce)
    voices: LiveVoices = field(default_factory=LiveVoices)
    find_speaker: Callable[[Collection[str]], Item | None] = _no_voice
    read: ReadAloud = read_nothing
    zone_kinds: Mapping[str, str] = field(default_factory=dict)
    start_of: Callable[[str, datetime, Now], datetime] = _as_noted
    is_blank: Callable[[str, Now], bool] = _never_blank
    faces: Sequence[str] = ()
    site_work: Callable[[], SiteWork] = _nobody
    planned: Signal[[]] = field(default_factory=Signal)
    built_at: datetime | None = None
    timeline: Timeline | None = None
    media_hosts: frozenset[str] = frozenset()
    policy: EffectivePolicy = WITHOUT_CONFIG
    is_complete: bool = False
    _quiet: QuietHours = field(default_factory=partial(QuietHours, WITHOUT_CONFIG, ()))
    _ids: frozenset[str] = frozenset()
    _waiting: dict[str, datetime] = field(default_factory=dict)
    _plans: int = 0
    _new_refusals: NewRefusals = field(default_factory=partial(NewRefusals, NEAR))
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def update(self, held: Sequence[HeldDocument], now: Now) -> None:
        """Replace the documents and build the timeline at once."""
        self.documents.put(held)
        self.plan(now)

    @property
    def held(self) -> Sequence[HeldDocument]:
        """The documents in force."""
        return self.documents.held

    def plan(self, now: Now) -> None:
        """Build the timeline around now."""
        for _ in self._plan(now):
            pass

    async def replan(self, now: Now) -> None:
        """As `plan`, in slices of some milliseconds: nothing else waits for a large plan."""
        for _ in self._plan(now):
            await asyncio.sleep(0)
        self.planned.emit()

    def _plan(self, now: Now) -> Iterator[None]:
        """The former timeline stays until the new one is built; of two builds the later wins."""
        self._plans += 1
        number = self._plans
        config = config_in_force(self.held, now)
        self.media_hosts = frozenset(config.policy.media_hosts if config else ())
        policy = self.policy = effective_policy(config, self.local, self.zone_kinds, self.faces)
        ids = frozenset(h.document.doc_id for h in self.held)
        self._waiting = {one: at for one, at in self._waiting.items() if one in ids}
        from_at, until_at = now.at - BEHIND, now.at + AHEAD
        timeline = yield from build_in_slices(self.held, policy, from_at, until_at)
        if number == self._plans:
            self._quiet = QuietHours(policy, list_days(from_at, until_at))
            self.timeline, self.built_at, self._ids = timeline, now.at, ids

    def refresh(self, now: Now) -> None:
        """Write down what this moment changes.

        The timeline is built anew when the clock has left its middle. An emergency that waits for
        a key's alarm is noted as waiting until now.
        """
        if self.built_at is not None and abs(now.at - self.built_at) > REBUILD_AFTER:
            self.plan(now)
            self.planned.emit()
        if self._is_key_alarm_telling(now):
            waiting = list_active_emergencies(self._held_with_starts(now), now.at)
            self._waiting |= {one.document.doc_id: now.at for one in waiting}
        self._changed.set()

    async def run(self, clock: Clock) -> None:
        """Refresh as time passes, until cancelled."""
        while True:
            now = clock.now()
            self.refresh(now)
            self._changed.clear()
            is_waiting = self._is_key_alarm_telling(now)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REFRESH_WHILE_WAITING_S if is_waiting else REFRESH_S):
                    await self._changed.wait()

    def needed(self, now: Now) -> dict[str, datetime]:
        """When each medium of the days ahead is to be played next; what plays now comes first.

        A key may be pressed at any moment, so the media of its alarm come first too, and a board
        may be without a programme at any moment.
        """
        timeline = self.timeline
        needed: dict[str, datetime] = {
            medium.sha256: now.at - BEHIND
            for h in self.held
            if isinstance(h.document, Emergency) and h.document.trigger == "key"
            for medium in h.document.media
        }
        needed |= dict.fromkeys(list_standby_digests(self.held), now.at - BEHIND)
        ahead = (one for one in timeline.occurrences if one.end_at > now.at) if timeline else ()
        for occurrence in each_entry_once(ahead):
            for digest in digests_of(occurrence):
                needed.setdefault(digest, occurrence.start_at)
        return needed

    def take_new_refusals(self) -> list[Refusal]:
        """The refusals of the timeline that are to be recorded and were not taken before."""
        if self.timeline is None or self.built_at is None:
            return []
        return self._new_refusals.take(self.timeline.refusals, self.built_at)

    @property
    def relay_hosts(self) -> frozenset[str]:
        """The hosts from which a radio may be pulled now."""
        return self.policy.relay_hosts

    def is_mourning(self, at: datetime) -> bool:
        """Is it a day without music and adverts?"""
        return self.timeline is not None and self.timeline.is_mourning(at)

    def is_quiet(self, at: datetime) -> bool:
        """Is this an hour in which nothing but an emergency sounds?"""
        quiet = self._quiet.first_after(at)
        return quiet is not None and quiet.start_at <= at

    def is_held(self, doc_id: str) -> bool:
        """Was the document in force when the timeline was built?"""
        return doc_id in self._ids

    def silence(self, now: Now) -> ActiveSilence | None:
        """The strongest silence that was ordered by a document, if any."""
        return find_active_silence(self.held, now)

    def is_stopped(self, now: Now) -> bool:
        """Is everything muted and blank, an emergency too: by the key or by a signed silence?"""
        ordered = self.silence(now)
        return self.is_locked() or (ordered is not None and ordered.stops_emergency)

    def find_work(self, kept: Kept) -> Work | None:
        """Which work at the station keeps something off that is no emergency; None: none does."""
        return find_work(self.policy.site_work, self.site_work(), kept)

    def find_work_before(self, issuer: str, *, is_exercise: bool) -> Work | None:
        """Which work at the station keeps the sound of an emergency off; None: none does."""
        rules, work = self.policy.site_work, self.site_work()
        return find_work_before_emergency(rules, work, issuer, is_exercise=is_exercise)

    def find_work_before_voice(self, level: Level) -> Work | None:
        """Which work at the station keeps a live voice of the centre off; None: none does."""
        rules, work, is_emergency = (
            self.policy.site_work,
            self.site_work(),
            level >= Level.EMERGENCY,
        )
        return find_work_before_voice(rules, work, is_emergency=is_emergency)

    def note_waiting(self, doc_id: str, now: Now) -> None:
        """An emergency is being announced: the time that it may last counts from now."""
        self._waiting[doc_id] = now.at

    def find_warning_s(self) -> int:
        """How long an emergency is to be announced quietly before it sounds; 0: not at all."""
        return self.policy.site_work.warning_s if self.site_work().is_locked_out else 0

    def alarms(self, now: Now, sense: Sense) -> list[ActiveEmergency]:
        """What is in force for one sense, highest first: a key's alarm, then the emergencies.

        A board shows the first of the emergencies; a loudspeaker plays one after the other.
        An emergency that waits for a key's alarm is played as if it had been accepted afterwards:
        `refresh` notes until when it waits.
        """
        local = self._key_alarm(now)
        own = list_active_emergencies(self._held_with_starts(now), now.at)
        if sense == "picture":
            own = own[:1]
        return own if local is None else [local, *own]

    def _key_alarm(self, now: Now) -> ActiveEmergency | None:
        press = self.pressed()
        return find_active_alarm(self.held, press, now.at) if press is not None else None

    def _is_key_alarm_telling(self, now: Now) -> bool:
        local = self._key_alarm(now)
        return local is not None and local.is_playing(now.at)

    def _held_with_starts(self, now: Now) -> list[HeldDocument]:
        return [
            self._with_start(one, now) if isinstance(one.document, Emergency) else one
            for one in self.held
        ]

    def _with_start(self, held: HeldDocument, now: Now) -> HeldDocument:
        doc_id = held.document.doc_id
        noted_at = self._waiting.get(doc_id, held.accepted_at)
        start_at = self.start_of(doc_id, noted_at, now)
        return held if start_at == held.accepted_at else replace(held, accepted_at=start_at)
