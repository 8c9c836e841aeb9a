"""A merger of provinces and the end of districts are re-delegations: step by step, nobody travels.

2020: ministry → Trà Vinh (84) → district Càng Long (844) → commune 29266.
2025: districts are abolished, Trà Vinh is part of Vĩnh Long (86): ministry → 86 → commune 29266.
After every publication a station's documents are judged by the rules of the box, with its place.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from agent.clock import Now
from agent.contract.document import (
    Body,
    Document,
    Entry,
    EntryStart,
    Playlist,
    StationConfig,
    When,
)
from agent.contract.ids import Place, StationId
from agent.contract.scene import Element, Scene
from agent.contract.station_policy import StationPolicy
from agent.contract.topic import Topic
from agent.errors import TrustError
from agent.trust.authority import Grade
from agent.trust.verify import reverify, verify
from central.collector.report_store import note_latest
from central.documents.sign import build_header, encode_document, sign_document
from central.store.database import Database
from tests.harness.ceremony_fixture import NOW, CeremonyFixture

STATION = StationId("tv-cl-0007")
TRUSTED = Now(NOW, "SYNCED", 0.02)
OLD, NEW = Place("84", "29266", STATION), Place("86", "29266", STATION)
CLASSES = ("routine", "priority", "emergency", "config", "command", "silence", "authority")


class _NoFloors:
    def get(self, issuer: str, kind: str, slot: str) -> tuple[int, int, str] | None:
        return None

    def has_event(self, event_id: str) -> bool:
        return False

    def is_cancelled(self, class_: str, name: str) -> bool:
        return False


def province(code: str, *more: str) -> str:
    """All classes of a province, and of those that have come to it."""
    return " ".join(f"{class_}/{one}/*/*" for one in (code, *more) for class_ in CLASSES)


def playlist(issuer: str, place: Place) -> Document:
    header = build_header(
        "playlist", issuer=issuer, class_="routine", to=[f"{place.province}/{place.commune}/*"],
        slot="tuan", seq=1, now=NOW, lifetime=timedelta(days=7),
    )  # fmt: skip
    when = When(["05:00:00"], [1, 2, 3, 4, 5, 6, 7], "2026-11-25", "2026-11-30")
    scene = Scene([Element("text", [0, 0, 900, 900], text="Nước sạch", lang="vi")], 60_000)
    entry = Entry("e1", "Nước sạch", "vi", ["*"], when, EntryStart("at"), Body(scene=scene))
    return Playlist(**header, media=[], entries=[entry])


def station_config(issuer: str, to: Place, place: Place) -> Document:
    header = build_header(
        "station-config", issuer=issuer, class_="config", to=[str(to)], slot="station", seq=1,
        now=NOW, lifetime=timedelta(days=30),
    )  # fmt: skip
    return StationConfig(
        **header,
        place=str(place),
        groups=[place.province],
        zones=[],
        policy=StationPolicy(["21:00-05:00"]),
    )


class Country:
    """The hall, and one station's judgement on what people sign."""

    def __init__(self, folder: Path) -> None:
        self.hall = CeremonyFixture(folder)

    def signed(self, document: Document, *people: str) -> bytes:
        signers = [self.hall.signer(person) for person in people]
        return sign_document(encode_document(document), document.kind, signers)

    def judge(self, document: Document, place: Place, *people: str) -> str:
        """`ok`, or the code of the refusal."""
        topic = Topic(document.kind, document.slot, station=STATION)
        authority = self.hall.authority()
        assert authority.grade(TRUSTED) is Grade.FRESH
        try:
            verify(
                self.signed(document, *people), topic, authority, place, STATION, _NoFloors(),
                TRUSTED,
            )  # fmt: skip
        except TrustError as error:
            return error.code
        return "ok"

    def judge_held(self, document: Document, place: Place, *people: str) -> str:
        """The same for a document that the station holds already."""
        envelope = self.signed(document, *people)
        try:
            reverify(envelope, document.kind, self.hall.authority(), place, STATION, TRUSTED)
        except TrustError as error:
            return error.code
        return "ok"


@pytest.fixture
def country(tmp_path: Path) -> Country:
    one = Country(tmp_path)
    hall = one.hall
    hall.begin()
    hall.delegate(
        "vn.84", "tra", "vinh", paths=province("84"), kinds="station-config command silence",
        ttl="400d", threshold=2,
    )  # fmt: skip
    hall.delegate(
        "vn.84.844", "cang", "long", ttl="45d", only_delegates=True,
        paths="routine/84/29266/* priority/84/29266/* authority/84/29266/*",
    )  # fmt: skip
    hall.delegate(
        "vn.84.844.29266", "xa", ttl="45d", kinds="playlist cancel",
        paths="routine/84/29266/* priority/84/29266/*",
    )  # fmt: skip
    hall.sign_and_publish("an", "binh", "dung", "em", "tra", "vinh", "cang", "long")
    return one


def test_the_2020_tree_becomes_the_2025_tree_and_the_station_always_has_somebody_to_obey(
    country: Country,
) -> None:
    hall, judge = country.hall, country.judge
    by_district = playlist("vn.84.844.29266", OLD)
    assert judge(by_district, OLD, "xa") == "ok"
    assert judge(playlist("vn.84.29266", OLD), OLD, "xa") == "E_ROLE"

    # 1 The district goes out of the chain: the province delegates to the commune itself, beside it.
    hall.delegate(
        "vn.84.29266", "xa", ttl="45d", kinds="playlist cancel",
        paths="routine/84/29266/* priority/84/29266/*",
    )  # fmt: skip
    hall.sign_and_publish("tra", "vinh")
    assert judge(by_district, OLD, "xa") == "ok"
    assert judge(playlist("vn.84.29266", OLD), OLD, "xa") == "ok"

    # 2 The district is revoked: what was issued through it stops, also where it is held.
    hall.do("revoke", "vn.84.844")
    hall.sign_and_publish("tra", "vinh")
    assert judge(by_district, OLD, "xa") == "E_ROLE"
    assert country.judge_held(by_district, OLD, "xa") == "E_ROLE"
    by_commune = playlist("vn.84.29266", OLD)
    assert judge(by_commune, OLD, "xa") == "ok"

    # 3 Vĩnh Long comes, with the codes of both: it alone may lead a station from one to the other.
    hall.delegate(
        "vn.86", "vinhlong1", "vinhlong2", paths=province("86", "84"), threshold=2, ttl="400d",
        kinds="station-config command silence",
    )  # fmt: skip
    hall.delegate(
        "vn.86.29266", "xa", ttl="45d", kinds="playlist cancel",
        paths="routine/86/29266/* priority/86/29266/*",
    )  # fmt: skip
    hall.sign_and_publish("dung", "em", "vinhlong1", "vinhlong2")
    assert country.judge_held(by_commune, OLD, "xa") == "ok"
    move = station_config("vn.86", OLD, NEW)
    assert judge(move, OLD, "vinhlong1") == "E_THRESHOLD"
    assert judge(move, OLD, "vinhlong1", "vinhlong2") == "ok"
    capture = station_config("vn.84", OLD, NEW)
    assert judge(capture, OLD, "tra", "vinh") == "E_SCOPE"
    assert judge(playlist("vn.86.29266", NEW), OLD, "xa") == "E_STATION"

    # 4 The station has taken its new place: the commune goes on there, with the same key.
    after = playlist("vn.86.29266", NEW)
    assert judge(after, NEW, "xa") == "ok"
    assert country.judge_held(move, NEW, "vinhlong1", "vinhlong2") == "ok"  # it named the old one
    assert country.judge_held(by_commune, NEW, "xa") == "E_STATION"

    # 5 Trà Vinh's own role ends, and Vĩnh Long lets go of the old code.
    hall.do("revoke", "vn.84")
    hall.delegate("vn.86", paths=province("86"))
    hall.sign_and_publish("dung", "em")
    assert judge(by_commune, OLD, "xa") == "E_ROLE"
    assert judge(after, NEW, "xa") == "ok"
    assert country.judge_held(after, NEW, "xa") == "ok"
    assert judge(station_config("vn.86", NEW, NEW), NEW, "vinhlong1", "vinhlong2") == "ok"
    assert set(hall.authority().roles) == {"vn.86", "vn.86.29266"}
    assert "vn.84" not in hall.do("show")


@pytest.mark.parametrize(
    ("lang", "warning", "others", "nobody"),
    [
        (
            "vi", "CHÚ Ý: 1 trạm còn đứng ở nơi mà {} sẽ hết quyền: 84/29266/tv-cl-0007\n",
            "còn cấu hình được các trạm này: vn.86\n", "KHÔNG CÒN AI cấu hình được",
        ),
        (
            "en",
            "WARNING: 1 station(s) still stand where {} will have no say: 84/29266/tv-cl-0007\n",
            "who may still configure them: vn.86\n", "NOBODY may configure them",
        ),
    ],
)  # fmt: skip
def test_stations_left_at_the_old_code_are_listed_before_the_first_signature(
    country: Country, lang: str, warning: str, others: str, nobody: str
) -> None:
    hall = country.hall
    hall.delegate(
        "vn.86", "vinhlong1", "vinhlong2", paths=province("86", "84"), threshold=2, ttl="400d",
        kinds="station-config command silence",
    )  # fmt: skip
    hall.sign_and_publish("dung", "em", "vinhlong1", "vinhlong2")
    database = Database.open(hall.db)
    places = {STATION: str(OLD), "tv-cl-0021": str(NEW), "tv-cl-0022": None, "tv-cl-0023": "84"}
    for station, place in places.items():
        note_latest(database, station, "hello", json.dumps({"place": place}).encode())
    database.close()
    stations = ("--db", hall.db, "--lang", lang)
    # The district configures nothing: whoever stands below it is not left behind.
    assert STATION not in hall.do("revoke", "vn.84.844", *stations)
    output = hall.do("revoke", "vn.84", *stations)
    assert warning.format("vn.84") in output
    assert others in output
    assert nobody not in output
    words = [word for path in province("86").split() for word in ("--path", path)]
    output = hall.do("delegate", "vn.86", *words, *stations)
    assert warning.format("vn.84") in output
    assert warning.format("vn.86") in output
    assert output.count(nobody) == 2
    assert others not in output
