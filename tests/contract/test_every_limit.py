"""Every limit of sound, one row each: signed, narrowed, passed by emergencies alone, named to all.

The rows state what each refusal says in the journal and in words. A limit that is added to
`StationPolicy` and has no row fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import UNSET

from agent.clock import Now
from agent.contract.accepted import HeldDocument
from agent.contract.document import Document, Emergency, Entry, StationConfig, StreamGrant
from agent.contract.local_time import LOCAL
from agent.contract.report import ClockState, Hello
from agent.contract.station_policy import AdvertPolicy, LanguageDuty, StationPolicy, ZoneKindClasses
from agent.contract.utc import encode_utc
from agent.plan.live_stream import judge_session, list_live_streams
from agent.plan.local_voice import VoicePermit, VoiceRefusal, judge_voice
from agent.plan.occurrence import Refusal
from agent.plan.policy import EffectivePolicy, effective_policy
from agent.playout.schedule import Schedule
from agent.settings.model import LocalAdverts, LocalZoneClasses, Policy
from central.__main__ import main
from central.collector.report_store import note_latest
from central.documents.sign import build_header, read_document
from central.store.database import Database
from tests.harness.centre_records import STATION
from tests.harness.centre_rows import keep_record
from tests.harness.live_documents import stream_grant
from tests.harness.published_playlists import (
    DIGEST,
    TOMORROW,
    configure,
    db,
    entry,
    playlist,
    publish,
)

__all__ = ["db"]  # the fixture

KINDS = {"nga-ba": "ordinary", "truong-hoc": "special"}
ALL_DAY = AdvertPolicy(["00:00-24:00"])
OPEN: dict[str, Any] = {"quiet_hours": [], "adverts": ALL_DAY, "mic": True}
WIDE = Policy(
    sessions_per_day=1440, minutes_per_session=1440, weekdays=[1, 2, 3, 4, 5, 6, 7],
    adverts=LocalAdverts(windows=["00:00-24:00"], day_pct=100, session_pct=100),
    zone_classes=[LocalZoneClasses(zone_kind="special", classes=["routine", "priority"])],
)  # fmt: skip
OTHER_DAYS = sorted({1, 2, 3, 4, 5, 6, 7} - {TOMORROW.isoweekday()})
MINUTE = timedelta(minutes=1)
News = tuple[str, int]
"""Clock time and seconds of an item of programme."""


@dataclass(frozen=True)
class Limit:
    """A limit, and what it refuses tomorrow.

    Args:
        signed: members of the signed policy that state it.
        local: settings that state it by themselves, under a signed policy that is open.
        at: clock time of the item that it refuses.
        rule: as plan and journal name it.
        local_rule: the same where only settings state it; empty: `rule`.
        words: of the refusal, Vietnamese and English.
        voice: how it binds a voice at the box or from the centre; `free`: not at all.
        seconds: of the item.
        before: items of the same playlist that are allowed.
        zones: of the item.
        is_advert: is the item one?
        code: of the refusal.
    """

    signed: dict[str, Any]
    local: Policy
    at: str
    rule: str
    words: tuple[str, str]
    voice: Literal["refused", "shortened", "free"]
    local_rule: str = ""
    seconds: int = 30
    before: tuple[News, ...] = ()
    zones: tuple[str, ...] = ("*",)
    is_advert: bool = False
    code: str = "E_POLICY"

    @property
    def entries(self) -> list[Entry]:
        news = [entry(f"Tin {at}", [at], seconds=seconds) for at, seconds in self.before]
        item = entry("Mục", [self.at], seconds=self.seconds)
        advert = True if self.is_advert else UNSET
        return [*news, msgspec.structs.replace(item, zones=list(self.zones), advert=advert)]

    @property
    def start_at(self) -> datetime:
        return moment(self.at)


LIMITS = {
    "quiet_hours": Limit(
        {"quiet_hours": ["21:00-05:00"]}, Policy(quiet_hours=["21:00-05:00"]), "03:15",
        "quiet_hours 21:00-05:00",
        ("trong giờ yên lặng 21:00-05:00", "in quiet hours 21:00-05:00"), "refused",
        code="E_HOURS",
    ),
    "maintenance": Limit(
        {"maintenance": ["10:00-11:00"]}, Policy(maintenance=["10:00-11:00"]), "10:30",
        "maintenance 10:00-11:00",
        ("trong giờ bảo trì 10:00-11:00", "within maintenance 10:00-11:00"), "refused",
        code="E_HOURS",
    ),
    "sessions_per_day": Limit(
        {"sessions_per_day": 1}, Policy(sessions_per_day=1), "08:00", "sessions_per_day 1",
        ("quá 1 buổi phát mỗi ngày", "more than 1 session(s) a day"), "refused",
        before=(("06:00", 30),),
    ),
    "minutes_per_session": Limit(
        {"minutes_per_session": 1}, Policy(minutes_per_session=1), "06:00",
        "minutes_per_session 1",
        ("buổi phát dài quá 1 phút", "the session lasts longer than 1 minutes"), "shortened",
        seconds=300,
    ),
    "weekdays": Limit(
        {"weekdays": OTHER_DAYS}, Policy(weekdays=OTHER_DAYS), "06:00", f"weekdays {OTHER_DAYS}",
        ("ngày không được phát; chỉ ", "not a day with sound; only "), "refused",
    ),
    "zone_classes": Limit(
        {"zone_classes": [ZoneKindClasses("special", ["priority"])]},
        Policy(zone_classes=[LocalZoneClasses(zone_kind="special", classes=["priority"])]),
        "06:00", "zone_classes special: truong-hoc",
        ("loại bản tin không được phát ở cụm loa này (special: truong-hoc)",
         "this class may not sound at these clusters (special: truong-hoc)"), "refused",
        zones=("truong-hoc",),
    ),
    "adverts": Limit(
        {"adverts": UNSET}, Policy(adverts=LocalAdverts(windows=[])), "08:00", "adverts none",
        ("cấu hình trạm không cho loa phát quảng cáo", "no adverts are allowed on loudspeakers"),
        "free", local_rule="advert_hours 00:00-24:00; none", is_advert=True,
    ),
    "adverts.windows": Limit(
        {"adverts": AdvertPolicy(["15:00-17:00"])},
        Policy(adverts=LocalAdverts(windows=["15:00-17:00"])), "08:00",
        "advert_hours 15:00-17:00",
        ("quảng cáo chỉ được phát trong giờ 15:00-17:00",
         "adverts are allowed within 15:00-17:00 only"), "free",
        local_rule="advert_hours 00:00-24:00; 15:00-17:00", is_advert=True,
    ),
    "adverts.day_pct": Limit(  # 30 s of 90 s
        {"adverts": AdvertPolicy(["00:00-24:00"], day_pct=20)},
        Policy(adverts=LocalAdverts(day_pct=20)), "09:00", "advert_day_pct 20",
        ("quảng cáo quá 20 % thời gian phát trong ngày", "adverts above 20 % of the day's sound"),
        "free", before=(("06:00", 60),), is_advert=True,
    ),
    "adverts.session_pct": Limit(
        {"adverts": AdvertPolicy(["00:00-24:00"], session_pct=20)},
        Policy(adverts=LocalAdverts(session_pct=20)), "06:01", "advert_session_pct 20",
        ("quảng cáo quá 20 % thời gian phát trong buổi",
         "adverts above 20 % of the session's sound"), "free",
        before=(("06:00", 60),), is_advert=True,
    ),
}  # fmt: skip
every_limit = pytest.mark.parametrize("limit", LIMITS.values(), ids=LIMITS.keys())
# Members of a policy that refuse no planned sound: how loud, from where, in which turn, what share.
NO_LIMITS = {
    "caps", "cap_distance_m", "levels", "relay_hosts", "media_hosts", "mic", "stagger",
    "chime_check", "sun_point", "language_duties", "board_light", "face_issuers",
    "inputs", "site_work",
}  # fmt: skip


def moment(clock: str) -> datetime:
    """A clock time of tomorrow."""
    return datetime.combine(TOMORROW, time.fromisoformat(clock), LOCAL).astimezone(UTC)


def make_policy(signed: dict[str, Any]) -> StationPolicy:
    return StationPolicy(**{**OPEN, **signed})


def make_config(policy: StationPolicy) -> StationConfig:
    header = build_header(
        "station-config", issuer="vn.84", class_="config", to=[f"84/29266/{STATION}"],
        slot="chinh", seq=1, now=datetime.now(UTC), lifetime=timedelta(days=30),
    )  # fmt: skip
    place = f"84/29266/{STATION}"
    return StationConfig(**header, place=place, groups=[], zones=[], policy=policy)


def hold(document: Document, at: datetime | None = None) -> HeldDocument:
    return HeldDocument(document, "ab" * 32, b"", at or datetime.now(UTC))


def make_emergency(at: datetime) -> Emergency:
    medium = {"sha256": DIGEST, "bytes": 9, "mime": "audio/mpeg", "duration_ms": 60_000,
              "urls": []}  # fmt: skip
    raw = {
        "kind": "emergency", "class": "emergency", "issuer": "vn.84.em", "to": ["84/29266/*"],
        "doc_id": "aa" * 16, "slot": "khan", "epoch": 1, "seq": 1, "editor": "", "approver": "",
        "issued": encode_utc(at), "not_before": encode_utc(at),
        "expires": encode_utc(at + 10 * MINUTE), "event_id": "ef" * 16, "exercise": False,
        "repeat": 1, "gap_ms": 0, "max_ms": 600_000, "media": [medium], "attention": None,
        "bodies": [{"lang": "vi", "media": [DIGEST]}],
    }  # fmt: skip
    return msgspec.convert(raw, Emergency)


def make_grant(limit: Limit, class_: str) -> StreamGrant:
    at = limit.start_at
    raw = stream_grant(
        Ed25519PrivateKey.generate(), zones=list(limit.zones), issued=encode_utc(at),
        not_before=encode_utc(at), expires=encode_utc(at + 10 * MINUTE), **{"class": class_},
    )  # fmt: skip
    return msgspec.convert(raw, StreamGrant)


def plan(tmp_path: Path, limit: Limit, signed: StationPolicy, local: Policy | None) -> Schedule:
    """A box a moment before the item."""
    document = read_document(playlist(tmp_path / "p", *limit.entries).read_bytes())
    schedule = Schedule(local, lambda _digest: None, zone_kinds=KINDS)
    now = Now(limit.start_at - MINUTE, "SYNCED", 0.01)
    schedule.update([hold(make_config(signed)), hold(document)], now)
    return schedule


def say_kinds(path: Path) -> None:
    hello = Hello(
        session=1, boot_id="b", epoch="e" * 16, last_seq=0, nonce="n" * 16, place=None, holds={},
        authority={}, agent="0", clock=ClockState("SYNCED", 0.02), has=["audio"],
        features=["entries.advert"], zone_kinds=KINDS,
    )  # fmt: skip
    database = Database.open(path)
    note_latest(database, STATION, "hello", msgspec.json.encode(hello))
    database.close()


def test_every_member_of_a_policy_has_a_row_or_limits_no_sound() -> None:
    named = {name.partition(".")[0] for name in LIMITS}
    assert named | NO_LIMITS == {one.name for one in msgspec.structs.fields(StationPolicy)}
    adverts = {f"adverts.{one.name}" for one in msgspec.structs.fields(AdvertPolicy)}
    assert adverts <= LIMITS.keys()


@every_limit
def test_signed_policy_sets_it_and_the_journal_names_its_rule(limit: Limit, tmp_path: Path) -> None:
    schedule = plan(tmp_path, limit, make_policy(limit.signed), None)
    (refusal,) = schedule.take_new_refusals()
    assert (refusal.code, refusal.rule, refusal.at) == (limit.code, limit.rule, limit.start_at)
    detail = refusal.detail()
    assert (detail["code"], detail["hint"]) == (limit.code, limit.rule)
    assert schedule.timeline is not None
    played = [one.entry.title for one in schedule.timeline.occurrences]
    assert played == [f"Tin {at}" for at, _ in limit.before]


@every_limit
def test_station_yaml_narrows_it_and_widens_nothing(limit: Limit, tmp_path: Path) -> None:
    free = plan(tmp_path, limit, make_policy({}), None)
    assert free.take_new_refusals() == []
    (refusal,) = plan(tmp_path, limit, make_policy({}), limit.local).take_new_refusals()
    assert (refusal.code, refusal.rule) == (limit.code, limit.local_rule or limit.rule)
    (refusal,) = plan(tmp_path, limit, make_policy(limit.signed), WIDE).take_new_refusals()
    assert refusal.code == limit.code
    assert refusal.rule.startswith(limit.rule)


@every_limit
def test_an_emergency_passes_and_no_other_voice(limit: Limit, tmp_path: Path) -> None:
    signed, at = make_policy(limit.signed), limit.start_at
    policy = effective_policy(make_config(signed), limit.local, KINDS)
    schedule = plan(tmp_path, limit, signed, limit.local)
    now = Now(at, "SYNCED", 0.01)
    schedule.update([*schedule.held, hold(make_emergency(at), at)], now)
    assert [one.document.kind for one in schedule.alarms(now, "sound")] == ["emergency"]
    urgent, refusals = list_live_streams([hold(make_grant(limit, "emergency"))], policy)
    (stream,) = urgent.values()
    assert refusals == []
    assert (stream.end_at, stream.zones) == (at + 10 * MINUTE, limit.zones)
    assert judge_session(stream, policy, sounded(limit)) is None
    verdicts = [judge_live(limit, policy), judge_microphone(limit, policy)]
    expected = {
        "refused": [limit.rule, limit.rule],
        "shortened": [at + MINUTE, at + MINUTE],
        "free": [None, None],
    }
    assert verdicts == expected[limit.voice]


def sounded(limit: Limit) -> list[tuple[datetime, datetime]]:
    return [(moment(at), moment(at) + timedelta(seconds=seconds)) for at, seconds in limit.before]


def judge_live(limit: Limit, policy: EffectivePolicy) -> str | datetime | None:
    """The rule that refuses an ordinary voice from the centre, or when a rule ends it."""
    streams, refusals = list_live_streams([hold(make_grant(limit, "routine"))], policy)
    for stream in streams.values():
        verdict = judge_session(stream, policy, sounded(limit))
        if not isinstance(verdict, Refusal):
            end_at = stream.end_by(verdict).end_at
            return None if end_at == limit.start_at + 10 * MINUTE else end_at
        refusals.append(verdict)
    (refusal,) = refusals
    return refusal.rule


def judge_microphone(limit: Limit, policy: EffectivePolicy) -> str | datetime | None:
    """The same of the microphone at the box."""
    now = Now(limit.start_at, "SYNCED", 0.01)
    verdict = judge_voice(policy, now, sounded(limit), limit.zones)
    if isinstance(verdict, VoiceRefusal):
        return verdict.rule
    assert isinstance(verdict, VoicePermit)
    return verdict.until_at


@every_limit
def test_publish_refuses_it_and_shows_it_in_the_rehearsal_in_both_languages(
    limit: Limit, tmp_path: Path, db: Path
) -> None:
    configure(db, make_policy(limit.signed))
    say_kinds(db)
    file = playlist(tmp_path / "p", *limit.entries)
    for lang, words in zip(("vi", "en"), limit.words, strict=True):
        exit_code, output = publish(file, db, "--lang", lang)
        assert (exit_code, output.split(":")[0]) == (1, limit.code)
        assert output.count(words) == 2  # the refusal, and the week


def test_the_centre_shows_each_refusal_of_a_journal_in_words(db: Path) -> None:
    database = Database.open(db)
    for number, limit in enumerate(LIMITS.values()):
        detail = {"code": limit.code, "kind": "entry", "hint": limit.rule, "subject": "e"}
        keep_record(database, number + 1, detail, kind="refusal")
    database.close()
    for place, lang in enumerate(("vi", "en")):
        command = ["show", "refusals", "--db", str(db), "--lang", lang]
        output = CliRunner().invoke(main, command, env={"COLUMNS": "300"}).output
        assert [one.words[place] for one in LIMITS.values() if one.words[place] not in output] == []


def test_a_language_duty_refuses_nothing_and_is_told(tmp_path: Path, db: Path) -> None:
    configure(db, make_policy({"language_duties": [LanguageDuty("km", 30)]}))
    file = playlist(tmp_path / "p", entry("Tin", ["08:00"]), lifetime=timedelta(days=9))
    for lang, words in (("vi", "THIẾU TIẾNG"), ("en", "LANGUAGE LACKING")):
        assert publish(file, db, "--lang", lang)[1].count(words) == 1
