"""The rules of policy and arbitration in words, Vietnamese and English.

A refusal names its rule as the plan does (`quiet_hours 21:00-05:00`): the name, then the value. The
status page, `tramtin why`, rehearsals and the centre read the words from here. `tests/repo` checks
that each rule that `agent.plan` names has them.
"""

from __future__ import annotations

import re

from agent.contract.local_time import LOCAL
from agent.contract.utc import parse_utc
from texts.catalogue import Catalogue, Lang, Text, look_up

PHRASES: Catalogue = {
    "rule.quiet_hours": Text("trong giờ yên lặng {0}", "in quiet hours {0}"),
    "rule.maintenance": Text("trong giờ bảo trì {0}", "within maintenance {0}"),
    "rule.sessions_per_day": Text("quá {0} buổi phát mỗi ngày", "more than {0} session(s) a day"),
    "rule.minutes_per_session": Text(
        "buổi phát dài quá {0} phút", "the session lasts longer than {0} minutes"
    ),
    "rule.weekdays": Text("ngày không được phát; chỉ {0}", "not a day with sound; only {0}"),
    "rule.zone_classes": Text(
        "loại bản tin không được phát ở cụm loa này ({0})",
        "this class may not sound at these clusters ({0})",
    ),
    "rule.face_issuers": Text(
        "người ký này không được đưa hình lên mặt bảng {0}",
        "this issuer has no right to the faces {0}",
    ),
    "rule.adverts": Text(
        "cấu hình trạm không cho loa phát quảng cáo", "no adverts are allowed on loudspeakers"
    ),
    "rule.advert_hours": Text(
        "quảng cáo chỉ được phát trong giờ {0}", "adverts are allowed within {0} only"
    ),
    "rule.advert_day_pct": Text(
        "quảng cáo quá {0} % thời gian phát trong ngày, tính đến mục này",
        "adverts above {0} % of the day's sound up to this item",
    ),
    "rule.advert_session_pct": Text(
        "quảng cáo quá {0} % thời gian phát trong buổi, tính đến mục này",
        "adverts above {0} % of the session's sound up to this item",
    ),
    "rule.mourning": Text("ngày tang, không {0}", "a day of mourning, no {0}"),
    "bar.music": Text("nhạc", "music"),
    "bar.advert": Text("quảng cáo", "adverts"),
    "rule.language_duties": Text(
        "chưa đủ phần của một thứ tiếng trong tuần ({0} %)",
        "a language has less than its share of the week ({0} %)",
    ),
    "rule.expires": Text(
        "chưa phát xong thì lịch hết hạn ({0})", "the schedule expires before it ends ({0})"
    ),
    "rule.relay_hosts": Text(
        "đài ở máy chủ {0}, mà cấu hình trạm không cho tiếp âm từ đó (relay_hosts)",
        "the radio is on {0}, from which the station-config allows no relay (relay_hosts)",
    ),
    "rule.lockout": Text(
        "khóa an toàn ở trạm đang bật: có người làm việc",
        "the station is locked out: somebody works there",
    ),
    "rule.door_open": Text("cửa tủ đang mở", "the cabinet is open"),
    "rule.inputs": Text(
        "ngõ vào {0} chưa được cấu hình trạm cho phép (inputs)",
        "the station-config grants no input {0} (inputs)",
    ),
    "rule.calendar": Text(
        "chưa có lịch năm đã ký cho trạm ({0}): ký và phát lịch năm trước",
        "no signed calendar for the station ({0}): sign and publish the year's calendar first",
    ),
    "rule.sun": Text(
        "không tính được giờ mặt trời ({0}): ghi `sun_point` vào cấu hình trạm",
        "sunrise or sunset unknown ({0}): put `sun_point` into the station-config",
    ),
    "rule.class": Text("không có hạng cho loại “{0}”", "there is no level for the class “{0}”"),
    "rule.staggered": Text("lượt của trạm quá muộn ({0})", "the station's turn is too late ({0})"),
    "rule.mic:": Text(
        "cấu hình trạm không cho nói tại chỗ (mic)", "the station-config allows no microphone (mic)"
    ),
    "rule.gives_up": Text("đợi quá {0} mà loa chưa rảnh", "has waited {0} and nothing became free"),
    "rule.ring": Text(
        "nối sau “{0}” mà chuỗi ấy không có mục đầu", "follows “{0}”, which never begins"
    ),
    "rule.no_duration": Text("không có độ dài", "it has no duration"),
    "rule.no_clock": Text("hộp chưa biết chắc giờ", "the box does not know the time for certain"),
    "rule.not_listed": Text(
        "tệp không có trong danh sách của lịch ({0})",
        "a file that the schedule does not list ({0})",
    ),
    "rule.both_texts": Text(
        "một mục vừa đọc vừa hiện chữ", "one item both reads a text aloud and shows one"
    ),
    "rule.further": Text(
        "và {0} mục khác, như {1}: {2}", "and {0} further items, such as {1}: {2}"
    ),
    "over.level": Text("thắng “{0}”: hạng cao hơn", "goes before “{0}”: its class is higher"),
    "over.start": Text(
        "thắng “{0}”: cùng hạng, bắt đầu sau", "goes before “{0}”: same class, starts later"
    ),
    "over.order": Text(
        "thắng “{0}”: cùng giờ; văn bản mới hơn, rồi thứ tự trong lịch",
        "goes before “{0}”: same start; newer document, then order of the schedule",
    ),
    "over.silence": Text("đang im lặng, “{0}” không phát", "silenced: “{0}” does not play"),
    "over.lockout": Text(
        "khóa an toàn đang bật (có người làm việc ở trạm), “{0}” không phát",
        "the lockout is on (somebody works at the station): “{0}” does not play",
    ),
    "over.lockout_alone": Text(
        "khóa an toàn đang bật: có người làm việc ở trạm",
        "the lockout is on: somebody works at the station",
    ),
    "over.door_open": Text(
        "cửa tủ đang mở, “{0}” không phát", "the cabinet is open: “{0}” does not play"
    ),
    "over.door_open_alone": Text("cửa tủ đang mở", "the cabinet is open"),
    "over.clock": Text(
        "chưa biết chắc giờ, lịch không phát", "the time is not certain: no schedule plays"
    ),
    "over.silence_alone": Text("đang im lặng", "silenced"),
    "refused": Text("“{0}” bị từ chối: {1} ({2})", "“{0}” is refused: {1} ({2})"),
    "day.1": Text("thứ Hai", "Monday"),
    "day.2": Text("thứ Ba", "Tuesday"),
    "day.3": Text("thứ Tư", "Wednesday"),
    "day.4": Text("thứ Năm", "Thursday"),
    "day.5": Text("thứ Sáu", "Friday"),
    "day.6": Text("thứ Bảy", "Saturday"),
    "day.7": Text("Chủ Nhật", "Sunday"),
    "day.none": Text("không ngày nào", "no day"),
}
# Rules that are sentences: their form → the code of their words, with the groups as arguments.
_SENTENCES = {
    re.compile(form): code
    for form, code in {
        r"no duration": "no_duration",
        r"no trusted clock": "no_clock",
        r"not listed: (.+)": "not_listed",
        r"body text\.say beside text\.show": "both_texts",
        r"\w+ waits at most (.+)": "gives_up",
        r"after (.+): nothing begins the chain": "ring",
    }.items()
}
_FURTHER = re.compile(r"(\d+) further entries, such as ([^:]+): (.+)")


def describe_rule(rule: str, lang: Lang) -> str:
    """The rule of a refusal in words; one that has none is given as it is."""
    if found := _FURTHER.fullmatch(rule):
        number, entry, inner = found.groups()
        return look_up(PHRASES, "rule.further", lang, number, entry, describe_rule(inner, lang))
    for form, code in _SENTENCES.items():
        if found := form.fullmatch(rule):
            return look_up(PHRASES, f"rule.{code}", lang, *found.groups())
    name, _, value = rule.partition(" ")
    if f"rule.{name}" not in PHRASES:
        return rule
    return look_up(PHRASES, f"rule.{name}", lang, _describe_value(name, value, lang))


def describe_precedence(rule: str, over: str, lang: Lang) -> str:
    """By which rule of arbitration what is on goes before `over`; an unknown one as it is."""
    if rule in ("silence", "lockout", "door_open") and not over:
        rule = f"{rule}_alone"
    words = look_up(PHRASES, f"over.{rule}", lang, over)
    return f"{rule} “{over}”" if words == f"over.{rule}" else words


def describe_refused(title: str, code: str, rule: str, lang: Lang) -> str:
    """What would be on, and why it is refused."""
    return look_up(PHRASES, "refused", lang, title, describe_rule(rule, lang), code)


def _describe_value(name: str, value: str, lang: Lang) -> str:
    if name == "weekdays":
        days = [look_up(PHRASES, f"day.{day}", lang) for day in re.findall("[1-7]", value)]
        return ", ".join(days) or look_up(PHRASES, "day.none", lang)
    if name == "mourning":
        bar, _, title = value.partition(": ")
        words = look_up(PHRASES, f"bar.{bar}", lang).removeprefix("bar.")
        return f"{words} ({title})" if title else words
    return _local(value) if name == "expires" else value


def _local(utc: str) -> str:
    """Local `HH:MM dd/mm/yyyy`; what is no UTC text, as it is."""
    try:
        at = parse_utc(utc).astimezone(LOCAL)
    except ValueError:
        return utc
    return at.strftime("%H:%M:%S %d/%m/%Y" if at.second else "%H:%M %d/%m/%Y")
