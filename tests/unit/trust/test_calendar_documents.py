"""Who may sign a calendar, what one may say, and what entries may say of days."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agent.contract.accepted import Accepted
from agent.contract.document import Calendar
from agent.trust.authority import load_pinned
from tests.harness.signed_documents import (
    COMMUNE,
    FIRST,
    PROVINCE,
    SECOND,
    code_of,
    judge,
    make_header,
    make_role,
    playlist,
    seal,
    station_config,
)

ROWS = [
    {"from": "2027-02-05", "until": "2027-02-09", "sets": ["tet", "ngay-le"],
     "title": "Tết Đinh Mùi", "source": "Bộ luật Lao động, Điều 112"},
    {"from": "2027-03-10", "until": "2027-03-11", "sets": ["quoc-tang"],
     "title": "Quốc tang", "source": "Thông cáo"},
]  # fmt: skip


def calendar(**changes: Any) -> dict[str, Any]:
    document = make_header("calendar", "vn.84", "config", hours=400 * 24)
    sets = ["tet", "ngay-le", "lam-bu"]
    return {**document, "year": 2027, "sets": sets, "days": ROWS, **changes}


def row(**changes: Any) -> dict[str, Any]:
    return calendar(days=[{**ROWS[0], **changes}])


def take(document: dict[str, Any], *signers: Any) -> Accepted:
    return judge(seal(document, *(signers or (PROVINCE,))), document["kind"])


def test_whoever_signs_station_configs_signs_the_calendar() -> None:
    accepted = take(calendar())
    assert isinstance(accepted.document, Calendar)
    assert accepted.ignored == ()
    assert accepted.floor is not None


def test_a_commune_that_signs_playlists_alone_signs_no_calendar() -> None:
    commune = calendar(issuer="vn.84.29266")
    assert code_of(lambda: take(commune, COMMUNE)) == "E_SCOPE"


def test_a_role_is_given_no_kind_that_boxes_of_0_1_0_do_not_know() -> None:
    """One unknown name in a file of the authority makes such a box refuse the file."""
    role = make_role("vn.84", ["calendar"], ["config/84/*/*"], PROVINCE)
    root = {"format": "tramtin-pinned-1", "demo": False, "version": 1, "roles": [role]}
    assert code_of(lambda: load_pinned(json.dumps(root).encode())) == "E_ROLE"


def test_a_calendar_of_another_province_is_none_here() -> None:
    assert code_of(lambda: take(calendar(to=["86/*/*"]))) == "E_STATION"


def test_a_calendar_of_more_than_400_days_is_refused() -> None:
    longer = make_header("calendar", "vn.84", "config", hours=401 * 24)["expires"]
    assert code_of(lambda: take(calendar(expires=longer))) == "E_TTL"


@pytest.mark.parametrize(
    "document",
    [
        calendar(year=1999),
        calendar(sets=["tet", "tet"]),
        calendar(sets=["Tết"]),
        calendar(sets=["ngay-le"], days=[]),
        calendar(sets=["quoc-tang"], days=[]),
        calendar(sets=["ngay-lam-viec"], days=[]),
        calendar(**{"class": "routine"}),
        row(sets=["ok-om-bok"]),
        row(sets=[]),
        row(**{"from": "2026-02-05"}),
        row(until="2028-01-01"),
        row(until="2027-02-04"),
        row(until="2027-02-30"),
        row(source=""),
        row(title="x" * 257),
        calendar(days=ROWS * 201),
    ],
    ids=lambda document: str(document["days"])[:40],
)
def test_a_calendar_that_is_malformed_is_refused(document: dict[str, Any]) -> None:
    assert code_of(lambda: take(document)) == "E_SCHEMA"


def with_when(crit: list[str] | None = None, **members: Any) -> dict[str, Any]:
    document = playlist()
    (entry,) = document["entries"]
    entry["when"] |= members
    return document if crit is None else {**document, "crit": crit}


RULES = {
    "days": {"lunar": ["15/*"], "sets": ["tet"], "rrule": ["FREQ=MONTHLY;BYDAY=1MO"]},
    "except_days": {"sets": ["tet"]},
    "sun": [{"event": "sunrise", "offset_min": -15}],
}


@pytest.mark.parametrize("name", RULES)
def test_what_an_older_box_would_misunderstand_must_be_listed(name: str) -> None:
    listed = with_when([f"entries.when.{name}"], **{name: RULES[name]})
    assert take(listed, COMMUNE).ignored == ()
    assert code_of(lambda: take(with_when(**{name: RULES[name]}), COMMUNE)) == "E_SCHEMA"


def test_an_entry_may_start_by_the_sun_alone() -> None:
    assert take(with_when(["entries.when.sun"], at=[], sun=RULES["sun"]), COMMUNE)


@pytest.mark.parametrize(
    "members",
    [
        {"days": {}},
        {"days": {"lunar": ["31/01"]}},
        {"days": {"lunar": ["15/*", "15/*"]}},
        {"days": {"sets": ["Tết"]}},
        {"days": {"rrule": ["FREQ=SECONDLY"]}},
        {"days": {"rrule": ["FREQ=DAILY;INTERVAL=2"]}, "from": "2022-01-01"},
        {"except_days": {"rrule": ["FREQ=DAILY"]}, "until": "2126-11-30"},
        {"days": {"sets": [f"s{n}" for n in range(33)]}},
        {"sun": []},
        {"sun": [{"event": "noon"}]},
        {"sun": [{"event": "sunrise", "offset_min": 241}]},
        {"sun": [{"event": "sunrise"}, {"event": "sunrise"}]},
        {"sun": [{"event": "sunset", "offset_min": n} for n in range(17)]},
    ],
    ids=str,
)
def test_rules_without_a_bound_or_meaning_are_refused(members: dict[str, Any]) -> None:
    crit = [f"entries.when.{name}" for name in members if name in RULES]
    assert code_of(lambda: take(with_when(crit, **members), COMMUNE)) == "E_SCHEMA"


@pytest.mark.parametrize(
    ("point", "code"),
    [
        ({"lat_e5": 993470, "lon_e5": 10634530}, ""),
        ({"lat_e5": 10634530, "lon_e5": 993470}, "E_SCHEMA"),  # swapped
        ({"lat_e5": 4885837, "lon_e5": 229448}, "E_SCHEMA"),  # Paris
    ],
)
def test_the_point_of_the_sun_lies_in_vietnam(point: dict[str, int], code: str) -> None:
    config = station_config(policy={"quiet_hours": ["21:00-05:00"], "sun_point": point})
    envelope = seal(config, PROVINCE)
    if code:
        assert code_of(lambda: judge(envelope, "station-config")) == code
    else:
        assert judge(envelope, "station-config").ignored == ()


@pytest.mark.parametrize("flag", [True, False])
def test_music_describes_and_needs_no_list(flag: bool) -> None:  # noqa: FBT001 - a value
    document = playlist()
    document["entries"][0]["music"] = flag
    assert take(document, COMMUNE).ignored == ()


def test_two_signatures_of_strangers_make_no_calendar() -> None:
    assert code_of(lambda: take(calendar(), FIRST, SECOND)) in ("E_ROLE", "E_THRESHOLD")
