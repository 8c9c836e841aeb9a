"""Dates that nobody has confirmed are said wherever somebody goes by them."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from agent.contract.accepted import HeldDocument
from agent.contract.calendar_terms import CalendarDays, DayRules, is_unconfirmed
from agent.contract.document import Body, Calendar, Entry, Medium, Playlist
from agent.plan.advert import AdvertLimits
from agent.plan.correction import hold
from agent.plan.policy import EffectivePolicy
from agent.plan.rehearsal import Lane, Rehearsal, rehearse
from agent.plan.rehearsal_export import COLUMNS, build_rehearsal_csv, build_rehearsal_json
from agent.plan.rehearsal_ics import build_rehearsal_ics
from agent.plan.rehearsal_text import describe_rehearsal, describe_week, describe_why
from agent.plan.unconfirmed_days import find_unconfirmed
from agent.plan.week_picture import draw_week
from agent.plan.why import explain
from central.documents.sign import build_header
from central.documents.summary import describe
from tests.harness.published_playlists import entry

NOW = datetime(2027, 4, 12, tzinfo=UTC)  # a Monday, 07:00 in Viet Nam
FREE = EffectivePolicy(quiet=(), adverts=AdvertLimits(hours=()))
ROWS = (
    ("2027-04-14", "2027-04-16", "chol-chnam-thmay", "Chôl Chnăm Thmây", "CHỜ thông báo của tỉnh"),
    ("2027-04-30", "2027-04-30", "ngay-le", "Ngày Chiến thắng", "Bộ luật Lao động 2019"),
    ("2027-09-29", "2027-10-01", "sene-dolta", "Sene Đolta", "CHƯA ĐỐI CHIẾU"),
)
TOLD = (
    "NGÀY CHƯA ĐỐI CHIẾU: Chôl Chnăm Thmây, 14/04/2027–16/04/2027 (nguồn: CHỜ thông báo của tỉnh)"
)


def header(kind: str, class_: Any) -> dict[str, Any]:
    return build_header(
        kind, issuer="vn.84", class_=class_, to=["84/*/*"], slot="x", seq=1, now=NOW,
        lifetime=timedelta(days=30),
    )  # fmt: skip


def due(**rules: Any) -> Entry:
    one = entry("Lễ", ["08:00"])
    when = msgspec.structs.replace(one.when, from_="2027-01-01", until="2027-12-31", **rules)
    return msgspec.structs.replace(one, when=when)


def calendar() -> Calendar:
    rows = [CalendarDays(first, last, [name], *words) for first, last, name, *words in ROWS]
    sets = ["chol-chnam-thmay", "ngay-le", "lam-bu", "sene-dolta"]
    return Calendar(**header("calendar", "config"), year=2027, sets=sets, days=rows)


def held(item: Entry) -> list[HeldDocument]:
    playlist = Playlist(**header("playlist", "routine"), media=[], entries=[item])
    return [hold(one, NOW) for one in (playlist, calendar())]


def week(item: Entry, weeks: int = 1) -> Rehearsal:
    until_at = NOW + timedelta(days=7 * weeks)
    return rehearse(held(item), FREE, NOW, until_at, [Lane("sound")])


KHMER = due(days=DayRules(sets=["chol-chnam-thmay"]))


@pytest.mark.parametrize(
    "source",
    [
        "CHỜ thông báo của tỉnh",
        "holidays 0.109. CHƯA ĐỐI CHIẾU thông báo của tỉnh",
        "two calculations, UNCONFIRMED",
        unicodedata.normalize("NFD", "CHỜ thông báo"),  # letters and marks apart
    ],
)
def test_a_source_says_in_capital_letters_that_nobody_has_confirmed_it(source: str) -> None:
    assert is_unconfirmed(CalendarDays("2027-04-14", "2027-04-14", ["le"], "Lễ", source))


@pytest.mark.parametrize("source", ["Thông báo 12/TB-UBND, chờ đăng công báo", "CHỜM", ""])
def test_other_sources_do_not(source: str) -> None:
    assert not is_unconfirmed(CalendarDays("2027-04-14", "2027-04-14", ["le"], "Lễ", source))


@pytest.mark.parametrize(
    "item",
    [KHMER, due(except_days=DayRules(sets=["chol-chnam-thmay"]))],
    ids=["due then", "left out then"],
)
def test_a_rehearsal_says_so_in_every_form(item: Entry) -> None:
    found = week(item)
    assert TOLD in describe_rehearsal(found, "tv-cl-0007", "vi")
    assert TOLD in describe_week(found, found.events[0].doc_id, "vi")
    assert "Chôl Chnăm Thmây" in draw_week(found, "tv-cl-0007", "vi")
    (row,) = json.loads(build_rehearsal_json([("x", found)]))["rehearsals"][0]["unconfirmed"]
    assert (row["first"], row["title"]) == ("2027-04-14", "Chôl Chnăm Thmây")
    table = list(csv.DictReader(io.StringIO(build_rehearsal_csv([("x", found)]))))
    assert table[-1]["kind"] == "unconfirmed"
    assert (table[-1]["title"], table[-1]["start"]) == ("Chôl Chnăm Thmây", "2027-04-14")
    assert set(table[-1]) == set(COLUMNS)
    assert "NOT CONFIRMED" in build_rehearsal_ics([("x", found)], NOW, "en")


def test_what_nobody_goes_by_and_what_is_of_other_days_is_not_said() -> None:
    assert week(due()).unconfirmed == ()
    assert week(due(days=DayRules(sets=["sene-dolta"]))).unconfirmed == ()  # in September
    holiday = due(days=DayRules(sets=["ngay-lam-viec"]))  # 30 April is confirmed
    assert week(holiday, weeks=3).unconfirmed == ()


def test_an_item_that_is_on_has_its_doubt_with_it() -> None:
    morning = datetime(2027, 4, 14, 1, tzinfo=UTC)
    assert find_unconfirmed(held(KHMER), KHMER, morning) == "Chôl Chnăm Thmây"
    assert find_unconfirmed(held(KHMER), KHMER, morning + timedelta(days=5)) == ""
    assert find_unconfirmed(held(due()), due(), morning) == ""


def test_why_says_so_of_what_is_on() -> None:
    morning = datetime(2027, 4, 14, 1, tzinfo=UTC)
    item = msgspec.structs.replace(KHMER, body=Body(media=["ab" * 32]))
    medium = Medium("ab" * 32, 9, "audio/mpeg", 60_000, [])
    playlist = Playlist(**header("playlist", "routine"), media=[medium], entries=[item])
    both = [hold(one, NOW) for one in (playlist, calendar())]
    (why,) = explain(both, FREE, morning, [Lane("sound")])
    assert (why.state, why.unconfirmed) == ("plays", "Chôl Chnăm Thmây")
    assert "  ngày này CHƯA ĐỐI CHIẾU: Chôl Chnăm Thmây" in describe_why(why, "vi")


def test_who_signs_the_calendar_reads_which_rows() -> None:
    told = "2 dòng CHƯA ĐỐI CHIẾU với thông báo: Chôl Chnăm Thmây; Sene Đolta"
    assert told in describe(calendar(), "vi")
