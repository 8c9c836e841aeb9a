"""What a station-config says of maintenance, classes, light and adverts, for a signer to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import UNSET, structs

from agent.contract.station_policy import StationPolicy


def describe_limits(policy: StationPolicy, speak: Callable[..., str]) -> Iterator[str]:
    """Return a line for each limit; that adverts are barred is said as well."""
    if policy.maintenance is not UNSET:
        yield speak("maintenance", ", ".join(policy.maintenance) or speak("none"))
    for rule in policy.zone_classes if policy.zone_classes is not UNSET else []:
        classes = ", ".join(speak(f"class.{one}") for one in rule.classes) or speak("none")
        yield speak("zone_classes", speak(f"zone.{rule.zone_kind}"), classes)
    yield from _boards(policy, speak)
    yield from _site_work(policy, speak)
    for duty in policy.language_duties if policy.language_duties is not UNSET else []:
        yield speak("language_duty", duty.lang, duty.week_pct)
    if policy.adverts is UNSET:
        yield speak("adverts.none")
        return
    adverts = policy.adverts
    yield speak("adverts", ", ".join(adverts.windows))
    if adverts.day_pct is not None:
        yield speak("adverts.day_pct", adverts.day_pct)
    if adverts.session_pct is not None:
        yield speak("adverts.session_pct", adverts.session_pct)


def _site_work(policy: StationPolicy, speak: Callable[..., str]) -> Iterator[str]:
    """What is kept off while somebody works at the station."""
    work = policy.site_work
    if work is UNSET:
        return
    yield speak(f"site_work.door.{work.door}")
    if work.lockout_issuers is UNSET:
        yield speak("site_work.lockout", speak("site_work.all"), work.warning_s)
    elif work.lockout_issuers:
        yield speak("site_work.lockout", ", ".join(work.lockout_issuers), work.warning_s)
    else:
        yield speak("site_work.lockout.none")
    yield speak(f"site_work.boards.{work.lockout_boards}")
    yield speak("site_work.left_on", work.left_on_h)


def _boards(policy: StationPolicy, speak: Callable[..., str]) -> Iterator[str]:
    """Who may fill which face, and how bright boards may be."""
    for face in policy.face_issuers if policy.face_issuers is not UNSET else []:
        yield speak("face_issuers", face.face, ", ".join(face.issuers) or speak("none"))
    if policy.board_light is not UNSET:
        for name, pct in structs.asdict(policy.board_light).items():
            if pct is not None:
                yield speak(f"board_light.{name}", pct)
