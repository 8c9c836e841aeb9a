"""Local settings only narrow what was signed: random pairs of policies, random schedules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from agent.contract.document import Body, Entry, EntryStart, Medium, Playlist, StationConfig, When
from agent.contract.station_policy import AdvertPolicy, StationPolicy, ZoneKindClasses
from agent.plan.policy import effective_policy
from agent.plan.timeline import Timeline, build_timeline
from agent.settings.model import LocalAdverts, LocalZoneClasses, Policy

BEGIN_AT = datetime(2026, 11, 22, 17, tzinfo=UTC)  # local midnight of Monday, 2026-11-23
DAYS = timedelta(days=3)
ALWAYS = ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z")
MINUTES = (1, 4, 20, 90)


@dataclass(frozen=True)
class FakeHeld:
    document: Playlist
    sha256: str = "0" * 64


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


# whole quarters of an hour, so that windows and items meet often
quarters = st.integers(0, 95).map(lambda number: number * 15)
windows = st.tuples(quarters, quarters).map(lambda pair: f"{clock(pair[0])}-{clock(pair[1])}")
lists = st.lists(windows, max_size=2)
limits = st.none() | st.integers(0, 4)
minutes = st.none() | st.sampled_from([0, 3, 30, 120])
weekdays = st.none() | st.sets(st.integers(1, 3)).map(sorted)
classes = st.sets(st.sampled_from(["routine", "priority"])).map(sorted)
kinds_of_zone = st.sampled_from(["ordinary", "special"])
KINDS = {"nga-ba": "ordinary", "cho": "ordinary", "truong-hoc": "special"}
signed_classes = st.lists(
    st.builds(ZoneKindClasses, kinds_of_zone, classes),
    max_size=2,
    unique_by=lambda one: one.zone_kind,
)
local_classes = st.lists(
    st.builds(LocalZoneClasses, zone_kind=kinds_of_zone, classes=classes), max_size=2
)
shares = st.none() | st.integers(1, 60)
signed_adverts = st.builds(AdvertPolicy, st.lists(windows, min_size=1, max_size=2), shares, shares)
signed_policies = st.builds(
    StationPolicy,
    quiet_hours=lists,
    sessions_per_day=limits,
    minutes_per_session=minutes,
    weekdays=weekdays,
    adverts=st.just(UNSET) | signed_adverts,
    maintenance=st.just(UNSET) | lists,
    zone_classes=st.just(UNSET) | signed_classes,
)
local_adverts = st.builds(
    LocalAdverts, windows=st.none() | lists, day_pct=shares, session_pct=shares
)
time_policies = st.builds(
    Policy,
    quiet_hours=lists,
    maintenance=lists,
    weekdays=weekdays,
    adverts=st.none() | st.builds(LocalAdverts, windows=st.none() | lists),
    zone_classes=local_classes,
)
local_policies = st.builds(
    Policy,
    quiet_hours=lists,
    maintenance=lists,
    sessions_per_day=limits,
    minutes_per_session=minutes,
    weekdays=weekdays,
    adverts=st.none() | local_adverts,
    zone_classes=local_classes,
)


def make_entry(
    number: int, start: int, minutes: int, *, is_advert: bool, zones: tuple[str, ...]
) -> Entry:
    return Entry(
        id=f"e{number}",
        title="t",
        lang="vi",
        zones=list(zones),
        when=When([f"{clock(start)}:00"], [1, 2, 3, 4, 5, 6, 7], "2026-11-23", "2026-11-30"),
        start=EntryStart("at"),
        body=Body(media=[f"{minutes:064x}"]),
        advert=is_advert,
    )


@st.composite
def playlists(draw: st.DrawFn) -> list[Entry]:
    zones = st.sampled_from([("*",), ("nga-ba",), ("truong-hoc",), ("truong-hoc", "cho")])
    one = st.tuples(st.integers(0, 1439), st.sampled_from(MINUTES), st.booleans(), zones)
    rows = draw(st.lists(one, min_size=1, max_size=8))
    return [
        make_entry(number, *row[:2], is_advert=row[2], zones=row[3])
        for number, row in enumerate(rows)
    ]


def hold(entries: list[Entry]) -> FakeHeld:
    media = [Medium(f"{one:064x}", 1, "audio/mpeg", one * 60_000, []) for one in MINUTES]
    issued, not_before, expires = ALWAYS
    return FakeHeld(
        Playlist(
            kind="playlist", issuer="vn.84", class_="routine", to=["84/*/*"], doc_id="1" * 32,
            slot="s", epoch=1, seq=1, issued=issued, not_before=not_before, expires=expires,
            media=media, entries=entries,
        )
    )  # fmt: skip


def plan(entries: list[Entry], signed: StationPolicy, local: Policy | None) -> Timeline:
    issued, not_before, expires = ALWAYS
    config = StationConfig(
        kind="station-config", issuer="vn.84", class_="config", to=["84/*/*"], doc_id="2" * 32,
        slot="station", epoch=1, seq=1, issued=issued, not_before=not_before, expires=expires,
        place="84/29266/tv-cl-0007", groups=[], zones=[], policy=signed,
    )  # fmt: skip
    policy = effective_policy(config, local, KINDS)
    return build_timeline([hold(entries)], policy, BEGIN_AT, BEGIN_AT + DAYS)


def zones_of(entry: Entry) -> set[str]:
    return set(KINDS) if "*" in entry.zones else set(entry.zones)


def starts(timeline: Timeline) -> set[tuple[str, datetime]]:
    return {(one.entry.id, one.start_at) for one in timeline.occurrences}


def only(timeline: Timeline) -> list[Entry]:
    """Each planned start as an entry of its own, on its date alone."""
    made = []
    for number, one in enumerate(timeline.occurrences):
        local = one.start_at + timedelta(hours=7)
        day = local.date().isoformat()
        made.append(
            Entry(
                id=f"p{number}", title="t", lang="vi", zones=one.entry.zones,
                when=When([f"{local:%H:%M:%S}"], [local.isoweekday()], day, day),
                start=EntryStart("at"), body=one.entry.body, advert=one.entry.advert,
            )
        )  # fmt: skip
    return made


@settings(max_examples=150, deadline=None)
@given(entries=playlists(), signed=signed_policies, local=time_policies)
def test_by_the_clock_every_start_that_both_allow_is_allowed_by_the_signed_policy_alone(
    entries: list[Entry], signed: StationPolicy, local: Policy
) -> None:
    adverts = signed.adverts
    if adverts is not UNSET:
        adverts = AdvertPolicy(adverts.windows)
    by_clock = StationPolicy(
        signed.quiet_hours,
        weekdays=signed.weekdays,
        maintenance=signed.maintenance,
        zone_classes=signed.zone_classes,
        adverts=adverts,
    )
    both, alone = plan(entries, by_clock, local), plan(entries, by_clock, None)
    assert starts(both) <= starts(alone)
    wide = {one.key: zones_of(one.entry) for one in alone.occurrences}
    for one in both.occurrences:
        assert zones_of(one.entry) <= wide[one.key]


@settings(max_examples=200, deadline=None)
@given(entries=playlists(), signed=signed_policies, local=local_policies)
def test_the_whole_of_what_both_allow_would_be_allowed_by_the_signed_policy_alone(
    entries: list[Entry], signed: StationPolicy, local: Policy
) -> None:
    both = plan(entries, signed, local)
    again = plan(only(both), signed, None)
    assert [one.rule for one in again.refusals] == []
    assert [one.start_at for one in again.occurrences] == [one.start_at for one in both.occurrences]


@settings(max_examples=100, deadline=None)
@given(entries=playlists(), signed=signed_policies, local=local_policies)
def test_of_what_a_start_may_have_after_a_cut_local_settings_only_take(
    entries: list[Entry], signed: StationPolicy, local: Policy
) -> None:
    alone = plan(entries, signed, None)
    latest = {(one.entry.id, one.start_at): one.latest_end_at for one in alone.occurrences}
    for one in plan(entries, signed, local).occurrences:
        allowed = latest.get((one.entry.id, one.start_at))
        assert allowed is None or one.latest_end_at <= allowed
