"""The policy in force at a station, as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import structs

from agent.plan.advert import AdvertLimits
from agent.plan.calendar import Window
from agent.plan.policy import EffectivePolicy
from agent.plan.site_work import BUILT_IN, SiteWorkRules
from texts.catalogue import Catalogue, Lang, Text, look_up

PHRASES: Catalogue = {
    "in_force": Text(
        "Đang áp dụng (cấu hình đã ký, siết thêm bởi tệp này):",
        "In force (the signed station-config, narrowed by this file):",
    ),
    "built_in": Text(
        "Chưa có cấu hình đã ký. Đang áp dụng:", "No signed station-config yet. In force:"
    ),
    "quiet": Text("giờ yên lặng: {0}", "quiet hours: {0}"),
    "maintenance": Text("giờ bảo trì: {0}", "maintenance: {0}"),
    "sessions": Text("nhiều nhất {0} buổi mỗi ngày", "at most {0} sessions a day"),
    "minutes": Text("mỗi buổi nhiều nhất {0} phút", "at most {0} minutes a session"),
    "weekdays": Text("chỉ các ngày {0} (1 là thứ Hai)", "on days {0} alone (1 is Monday)"),
    "classes": Text("cụm loa {0} chỉ phát: {1}", "clusters of kind {0} play only: {1}"),
    "adverts.none": Text("loa không phát quảng cáo", "no adverts on loudspeakers"),
    "adverts": Text("quảng cáo trong giờ {0}", "adverts within {0}"),
    "adverts.day": Text("quảng cáo nhiều nhất {0} % mỗi ngày", "adverts at most {0} % of a day"),
    "adverts.session": Text(
        "quảng cáo nhiều nhất {0} % mỗi buổi", "adverts at most {0} % of a session"
    ),
    "face": Text("mặt bảng {0}: chỉ hình của {1}", "face {0}: pictures of {1} alone"),
    "light.day_pct": Text("bảng sáng nhiều nhất {0} %", "boards at most {0} % bright"),
    "light.night_pct": Text(
        "ban đêm bảng sáng nhiều nhất {0} %", "boards at most {0} % bright by night"
    ),
    "light.advert_pct": Text(
        "quảng cáo trên bảng sáng nhiều nhất {0} %", "adverts on boards at most {0} % bright"
    ),
    "door": Text(
        "cửa tủ mở: loa chỉ phát tin khẩn cấp", "open cabinet: loudspeakers sound emergencies alone"
    ),
    "lockout": Text(
        "khóa an toàn bật: tin khẩn cấp của {0} được phát, sau {1} giây báo trước",
        "lockout on: emergencies of {0} sound, after a warning of {1} s",
    ),
    "lockout.none": Text(
        "khóa an toàn bật: không tin khẩn cấp nào phát", "lockout on: no emergency sounds"
    ),
    "everybody": Text("mọi nơi ký", "every issuer"),
    "inputs": Text("bảng được hiện trực tiếp ngõ vào: {0}", "boards may show inputs: {0}"),
    "language": Text("tiếng {0}: ít nhất {1} % mỗi tuần", "{0}: at least {1} % of a week"),
    "none": Text("không có", "none"),
}


def describe_policy(policy: EffectivePolicy, lang: Lang) -> list[str]:
    """A heading and a line for each limit of the time of sound."""
    head = "in_force" if policy.config_id is not None else "built_in"
    return [look_up(PHRASES, head, lang), *(f"  {line}" for line in _lines(policy, lang))]


def _lines(policy: EffectivePolicy, lang: Lang) -> Iterator[str]:
    yield look_up(PHRASES, "quiet", lang, _hours(policy.quiet, lang))
    if policy.maintenance:
        yield look_up(PHRASES, "maintenance", lang, _hours(policy.maintenance, lang))
    if policy.sessions_per_day is not None:
        yield look_up(PHRASES, "sessions", lang, policy.sessions_per_day)
    if policy.minutes_per_session is not None:
        yield look_up(PHRASES, "minutes", lang, policy.minutes_per_session)
    if policy.weekdays is not None:
        days = ", ".join(map(str, sorted(policy.weekdays))) or look_up(PHRASES, "none", lang)
        yield look_up(PHRASES, "weekdays", lang, days)
    for kind, classes in policy.zone_classes.open_to.items():
        said = ", ".join(sorted(classes)) or look_up(PHRASES, "none", lang)
        yield look_up(PHRASES, "classes", lang, kind, said)
    yield from _adverts(policy.adverts, lang)
    yield from _boards(policy, lang)
    yield from _site_work(policy.site_work, lang)
    for duty in policy.language_duties:
        yield look_up(PHRASES, "language", lang, duty.lang, duty.week_pct)


def _boards(policy: EffectivePolicy, lang: Lang) -> Iterator[str]:
    for face, issuers in policy.face_rights.issuers.items():
        said = ", ".join(issuers) or look_up(PHRASES, "none", lang)
        yield look_up(PHRASES, "face", lang, face, said)
    for name, pct in structs.asdict(policy.board_light).items():
        if pct is not None:
            yield look_up(PHRASES, f"light.{name}", lang, pct)
    if policy.inputs:
        yield look_up(PHRASES, "inputs", lang, ", ".join(sorted(policy.inputs)))


def _site_work(rules: SiteWorkRules, lang: Lang) -> Iterator[str]:
    """Only what differs from the built-in rules: a station without a lockout needs no line."""
    if rules.door == "programme":
        yield look_up(PHRASES, "door", lang)
    if rules == BUILT_IN:
        return
    if rules.issuers == ():
        yield look_up(PHRASES, "lockout.none", lang)
        return
    said = ", ".join(rules.issuers or ()) or look_up(PHRASES, "everybody", lang)
    yield look_up(PHRASES, "lockout", lang, said, rules.warning_s)


def _adverts(limits: AdvertLimits | None, lang: Lang) -> Iterator[str]:
    if limits is None:
        yield look_up(PHRASES, "adverts.none", lang)
        return
    hours = "; ".join(_hours(windows, lang) for windows in limits.hours)
    yield look_up(PHRASES, "adverts", lang, hours)
    if limits.day_pct is not None:
        yield look_up(PHRASES, "adverts.day", lang, limits.day_pct)
    if limits.session_pct is not None:
        yield look_up(PHRASES, "adverts.session", lang, limits.session_pct)


def _hours(windows: Sequence[Window], lang: Lang) -> str:
    return ", ".join(window.text for window in windows) or look_up(PHRASES, "none", lang)
