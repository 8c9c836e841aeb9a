"""What a station-config says of a station, in plain Vietnamese or English, for a signer to read."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from agent.contract.document import StationConfig
from agent.contract.station_policy import StationPolicy
from central.documents.calendar_summary import describe_point
from central.documents.limit_summary import describe_limits
from central.documents.summary_text import Say, format_span, format_weekdays, mark_unobeyed


def describe_station_config(document: StationConfig, speak: Say) -> Iterator[str]:
    """Its place, its zones, and its policy line by line."""
    policy = document.policy
    yield speak("place", document.place, ", ".join(document.groups) or "—")
    yield speak("zone_names", ", ".join(document.zones) or "—")
    yield speak("quiet", ", ".join(policy.quiet_hours) or speak("none"))
    yield from describe_limits(policy, speak)
    yield from _levels(policy, speak)
    if policy.sessions_per_day is not None:
        yield speak("sessions", policy.sessions_per_day)
    if policy.minutes_per_session is not None:
        yield speak("minutes", policy.minutes_per_session)
    if policy.weekdays is not None:
        yield speak("weekdays", format_weekdays(policy.weekdays, speak) if policy.weekdays else "—")
    relays = speak("relays", ", ".join(policy.relay_hosts) or speak("none"))
    yield mark_unobeyed("policy.relay_hosts", relays, speak) if policy.relay_hosts else relays
    if policy.inputs is not UNSET:
        yield speak("inputs", ", ".join(policy.inputs) or speak("none"))
    yield speak("media_hosts", ", ".join(policy.media_hosts) or speak("media_hosts.any"))
    yield mark_unobeyed("policy.mic", speak("mic.on"), speak) if policy.mic else speak("mic.off")


def _levels(policy: StationPolicy, speak: Say) -> Iterator[str]:
    for cap in policy.caps:
        limit = speak("cap", speak(f"zone.{cap.zone_kind}"), cap.from_, cap.to, cap.dba)
        yield mark_unobeyed("policy.caps", limit, speak)
    if policy.cap_distance_m is not UNSET:
        yield speak("cap_distance", policy.cap_distance_m)
    for one in policy.levels if policy.levels is not UNSET else []:
        yield speak("hour_level", one.from_, one.to, one.gain_db)
    if policy.stagger is not UNSET:
        turn = policy.stagger
        yield speak("stagger_turn", turn.group, format_span(turn.gap_ms))
    if policy.chime_check is not UNSET:
        check = policy.chime_check
        zones = speak("do.every_zone") if "*" in check.zones else ", ".join(check.zones)
        yield speak("chime_check", check.at, format_weekdays(check.weekdays, speak), zones)
    if policy.sun_point is not UNSET:
        yield describe_point(policy.sun_point, speak)
