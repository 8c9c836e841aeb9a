"""The calendar of a year: what an officer writes, what is signed, and what is read before."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import holidays
import msgspec
import pytest
from click.testing import CliRunner

from agent.contract.document import Calendar
from agent.errors import YamlFaults
from central.__main__ import main
from central.authority.demo_authority import make_demo_authority
from central.documents.calendar_compiler import compile_calendar
from central.documents.compiler import SigningParams
from central.documents.sign import encode_document, read_document
from central.documents.summary import describe

CONFIG = Path(__file__).resolve().parents[4] / "config"
FILE = """
calendar: 2027
to: ["84/*/*"]
sets: [ngay-le, lam-bu, tet]
days:
  - {from: 2027-02-05, until: 2027-02-09, in: [tet, ngay-le], title: Tết Đinh Mùi, source: Điều 112}
  - {date: 2027-03-10, in: quoc-tang, title: Quốc tang, source: Thông cáo số 1}
"""


def params(now: datetime) -> SigningParams:
    return SigningParams("vn.84", 1, 7, now, Path("none"), "https://media.example.vn")


def compiled(
    text: str | Path = FILE, now: datetime = datetime(2026, 12, 20, tzinfo=UTC)
) -> Calendar:
    return msgspec.json.decode(compile_calendar(text, params(now)), type=Calendar)


def faults(text: str, now: datetime = datetime(2026, 12, 20, tzinfo=UTC)) -> list[str]:
    with pytest.raises(YamlFaults) as caught:
        compiled(text, now)
    return [f"{one.line}: {one.key}" for one in caught.value.faults]


def test_a_calendar_is_for_its_year_from_its_signing_on() -> None:
    calendar = compiled()
    assert (calendar.kind, calendar.class_, calendar.slot) == ("calendar", "config", "2027")
    assert (calendar.not_before, calendar.expires) == (
        "2026-12-20T00:00:00Z", "2027-12-31T17:00:00Z",
    )  # fmt: skip
    assert [(row.from_, row.until, row.sets) for row in calendar.days] == [
        ("2027-02-05", "2027-02-09", ["tet", "ngay-le"]),
        ("2027-03-10", "2027-03-10", ["quoc-tang"]),
    ]
    assert encode_document(calendar)


@pytest.mark.parametrize(
    ("former", "wrong", "expected"),
    [
        ("sets: [ngay-le, lam-bu, tet]", "sets: [ngay-le, tet]", ["4: sets"]),
        ("sets: [ngay-le, lam-bu, tet]", "sets: [ngay-le, lam-bu]", ["6: days[0].in"]),
        ("sets: [ngay-le, lam-bu, tet]", "sets: [ngay-le, lam-bu, tet, quoc-tang]", ["4: sets"]),
        ("until: 2027-02-09", "until: 2027-02-04", ["6: days[0].until"]),
        ("until: 2027-02-09", "until: 2027-02-30", ["6: days[0].until"]),
        ("date: 2027-03-10", "date: 2028-03-10", ["7: days[1].date"]),
        ("date: 2027-03-10", "from: 2027-03-10", ["7: days[1]"]),
        (", source: Điều 112", "", ["6: days[0].source"]),
        ("source: Điều 112", 'source: ""', ["6: days[0].source"]),
        ("calendar: 2027", "calendar: 2026", ["6: days[0].from", "6: days[0].until",
                                               "7: days[1].date"]),
    ],
)  # fmt: skip
def test_every_fault_is_named_at_its_place(former: str, wrong: str, expected: list[str]) -> None:
    assert former in FILE
    assert faults(FILE.replace(former, wrong)) == expected


def test_a_year_is_signed_at_most_400_days_before_its_end_and_not_after() -> None:
    assert faults(FILE, datetime(2026, 11, 26, 16, 59, tzinfo=UTC)) == ["2: calendar"]
    assert compiled(now=datetime(2026, 11, 26, 17, tzinfo=UTC))
    assert faults(FILE, datetime(2027, 12, 31, 17, tzinfo=UTC)) == ["2: calendar"]


@pytest.mark.parametrize("year", [2026, 2027])
def test_the_examples_have_the_public_holidays_and_feasts(year: int) -> None:
    calendar = compiled(CONFIG / f"calendar-{year}.example.yaml", datetime(year, 1, 1, tzinfo=UTC))

    def listed(name: str) -> set[date]:
        return {
            date.fromisoformat(row.from_) + timedelta(days=number)
            for row in calendar.days if name in row.sets
            for number in range(
                (date.fromisoformat(row.until) - date.fromisoformat(row.from_)).days + 1
            )
        }  # fmt: skip

    # the library does not have the swap of 2 January 2026
    known = set(holidays.country_holidays("VN", years=year))
    assert listed("ngay-le") - {date(2026, 1, 2)} == known
    cambodia = holidays.country_holidays("KH", years=year, language="en_US")
    for name, words in (("sene-dolta", "Pchum Ben"), ("chol-chnam-thmay", "Khmer New Year")):
        assert listed(name) == {day for day, title in cambodia.items() if words in title}
    water = [day for day, title in cambodia.items() if "Water Festival" in title]
    assert listed("ok-om-bok") == {sorted(water)[1]}  # the full moon is its second day


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("vi", ["LỊCH NĂM", "Năm 2027; kê ĐỦ các ngày của: ngày nghỉ lễ, ngày làm bù, Tết",
                "từ 05/02/2027 đến hết 09/02/2027: Tết Đinh Mùi", "nguồn: Điều 112",
                "10/03/2027: Quốc tang [NGÀY TANG: không nhạc, không quảng cáo]"]),
        ("en", ["CALENDAR", "lists ALL days of: public holidays, swapped working days, Tết",
                "MOURNING: no music, no adverts", "source: Thông cáo số 1"]),
    ],
)  # fmt: skip
def test_a_signer_reads_every_row_and_its_source(lang: str, words: list[str]) -> None:
    text = "\n".join(describe(compiled(), lang))  # type: ignore[arg-type] - one of the two
    assert [word for word in words if word not in text] == []


def test_the_command_signs_a_calendar_without_a_place_for_media(tmp_path: Path) -> None:
    made = make_demo_authority(tmp_path / "authority", "x")
    # at the very end of a year only the next one can be signed
    year = (datetime.now(UTC) + timedelta(hours=8)).year
    source = tmp_path / "calendar.yaml"
    source.write_text(
        f'calendar: {year}\nto: ["84/*/*"]\nsets: [tet]\ndays: []\n', encoding="utf-8"
    )
    words = ["sign", source, "--key", made.keys["vn.84"][0], "--issuer", "vn.84", "--yes",
             "--passphrase", "x"]  # fmt: skip
    result = CliRunner().invoke(main, list(map(str, words)))
    assert result.exit_code == 0, result.output
    document = read_document(source.with_suffix(".signed").read_bytes())
    assert (document.kind, document.slot) == ("calendar", str(year))
