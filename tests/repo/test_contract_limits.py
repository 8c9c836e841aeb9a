"""The table "Grammar and ranges" of docs/contract.md: what it allows is taken, one more is not.

Every value here is copied from the table, none from the code.
"""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent.contract.document import TYPE_OF_KIND
from agent.contract.strict_json import parse_strict
from agent.errors import TrustError
from agent.trust.document_rules import check_document
from agent.trust.media_url_rules import verify_sources
from agent.trust.schema_error import SchemaError

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "contract.md").read_text(encoding="utf-8")
DOCUMENTS = {
    document["kind"]: document
    for text in re.findall(r"(?<!-->\n)```json\n(.*?)\n```", PAGE, re.DOTALL)
    if "kind" in (document := parse_strict(text.encode()))
}
DAY_MS = 86_400_000
HEX = "0123456789abcdef"
ENTRY, SCENE = "entries.0", "entries.1.body.scene"
DIGESTS = [f"{number:064x}" for number in range(257)]
AFTER = {"kind": "after", "entry": "e2"}
ITEM = [0, 0, DIGESTS[0]]
TEXT = {"kind": "text", "box": [0, 0, 1000, 1000], "text": "a"}
CLOCK = {"kind": "clock", "box": [0, 0, 1000, 1000], "format": "%H", "full_format": "%A %L %S"}
TURN: dict[str, Any] = {"elements": [TEXT], "ms": 8_000}
REGION: dict[str, Any] = {"box": [0, 0, 1000, 1000], "turns": [TURN]}
CLIP = {
    "kind": "video", "box": [0, 0, 1000, 500],
    "media": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
}  # fmt: skip
BELOW = TEXT | {"box": [0, 500, 1000, 500]}
LEVEL = {"from": "18:00", "to": "21:00", "gain_db": 0}


def shown(*elements: dict[str, Any]) -> dict[str, Any]:
    """A scene."""
    return {"elements": list(elements), "ms": 1}


CRITICAL = (
    "policy.cap_distance_m",
    "policy.levels",
    "policy.adverts",
    "policy.maintenance",
    "policy.zone_classes",
)  # must be listed in `crit`
# kind, member by its path, what is allowed, what is not
RANGES: list[tuple[str, str, list[Any], list[Any]]] = [
    ("playlist", "issuer", ["vn.84-a.1"], ["vn..84", "VN.84", "vn_84", "vn.84."]),
    ("playlist", "to", [["*/*/*"] * 256], [[], ["*/*/*"] * 257, ["84/*"], ["84/29*/*"]]),
    ("playlist", "slot", ["a" * 64, "A.b_c-1"], ["", "a" * 65, "a/b", "a b"]),
    ("playlist", "doc_id", [HEX * 2], [HEX, HEX.upper() * 2]),
    ("playlist", "seq", [0, 2**63 - 1], [-1, 2**63]),
    ("playlist", "epoch", [0, 2**63 - 1], [-1, 2**63]),
    ("playlist", "issued", ["2026-11-22T08:00:00.123456Z"], ["2026-11-22T08:00:00", "2026-11-22"]),
    ("playlist", "expires", ["2026-11-22T17:00:01Z"], ["2026-11-22T17:00:00Z"]),
    ("playlist", "editor", ["", "ă" * 512], ["a" * 513]),
    ("silence", "why", ["", "a" * 512], ["a" * 513]),
    ("playlist", f"{ENTRY}.id", ["a" * 64], ["", "a" * 65]),
    ("playlist", f"{ENTRY}.title", ["a", "a" * 256], ["", "a" * 257]),
    ("playlist", f"{ENTRY}.lang", ["vi", "km-KH", "khm"], ["v", "VI", "viet"]),
    ("playlist", f"{ENTRY}.zones", [["*"], ["a"] * 64], [[], ["a"] * 65]),
    ("playlist", f"{ENTRY}.when.at", [["00:00:00", "23:59:59"]], [[], ["05:00"], ["24:00:00"]]),
    ("playlist", f"{ENTRY}.when.weekdays", [[1], [7]], [[], [0], [8], [1, 1]]),
    ("playlist", f"{ENTRY}.when.until", ["2026-11-23"], ["2026-11-22", "2026-11-31"]),
    ("playlist", f"{ENTRY}.when.except", [["2026-12-01"] * 366], [["2026-12-01"] * 367]),
    ("playlist", f"{ENTRY}.start", [{"kind": "within", "ms": DAY_MS}, AFTER],
     [{"kind": "within", "ms": 0}, {"kind": "within"}, {"kind": "at", "ms": 1}, {"kind": "after"}]),
    ("playlist", f"{ENTRY}.max_ms", [None, 1, DAY_MS], [0, DAY_MS + 1]),
    ("playlist", f"{ENTRY}.sync.gap_ms", [0, DAY_MS], [-1, DAY_MS + 1]),
    ("playlist", f"{ENTRY}.body.repeat", [1, 1000], [0, 1001]),
    ("playlist", f"{ENTRY}.body.gap_ms", [0, DAY_MS], [-1, DAY_MS + 1]),
    ("playlist", f"{ENTRY}.body", [{"text": {"say": "a" * 8000}}],
     [{"text": {"say": "a" * 8001}}, {"text": {"say": ""}}, {"text": {}}, {}]),
    ("playlist", f"{ENTRY}.field", [1, 6], [0, 7]),
    ("playlist", f"{ENTRY}.source", ["a" * 256], ["", "a" * 257]),
    ("playlist", f"{ENTRY}.ref", ["a" * 256], ["", "a" * 257]),
    ("playlist", f"{SCENE}.ms", [1, DAY_MS], [0, DAY_MS + 1]),
    ("playlist", f"{SCENE}.elements.0.box", [[0, 0, 1000, 1000]], [[0, 0, 0, 1], [1, 0, 1000, 1]]),
    ("playlist", f"{SCENE}.elements.0.ticker_ms", [2_000, 60_000], [1_999, 60_001]),
    ("playlist", f"{SCENE}.elements.0.fit", [], ["cover"]),
    ("playlist", f"{SCENE}.elements.0.count_to", ["2027-02-05T17:00:00Z"], ["2027-02-05", ""]),
    ("playlist", f"{SCENE}.elements.2.count_to", [], ["2027-02-05T17:00:00Z"]),
    ("playlist", f"{SCENE}.elements.0.full_format", [], ["%H"]),
    ("playlist", f"{SCENE}.elements.0.face_name", [True, False], []),
    ("playlist", f"{SCENE}.fade_ms", [100, 1_000], [99, 1_001]),
    ("playlist", f"{SCENE}.regions", [[REGION] * 3, [REGION | {"turns": [TURN] * 64}]],
     [[], [REGION] * 4, [REGION | {"turns": [TURN] * 65}], [REGION | {"turns": []}],
      [REGION | {"box": [1, 0, 1000, 1000]}]]),
    ("playlist", f"{SCENE}.regions.0.turns.0.ms", [1_000, DAY_MS], [999, DAY_MS + 1]),
    ("playlist", f"{SCENE}.regions.0.turns.0.elements", [[TEXT] * 12, [CLOCK]],
     [[], [TEXT | {"ticker_ms": 9_000}], [CLOCK | {"full_format": "%B"}],
      [CLOCK | {"full_format": "a" * 65}], [TEXT | {"text": "a" * 4_000}] * 3]),
    ("playlist", f"{SCENE}.elements.1.ticker_ms", [], [10_000]),
    ("playlist", f"{SCENE}.elements.0.fps", [], [25]),
    ("playlist", f"{SCENE}.elements.0.loop", [], [True]),
    ("playlist", SCENE, [shown(CLIP), shown(CLIP | {"fps": 60, "fit": "cover"}, BELOW)],
     [shown(CLIP | {"fps": 0}), shown(CLIP | {"fps": 61}), shown(CLIP, CLIP), shown(CLIP, TEXT)]),
    ("playlist", f"{SCENE}.regions.0.turns", [], [[TURN | {"elements": [CLIP]}]]),
    ("playlist", f"{SCENE}.elements.0.colour", ["#00FFaa"], ["#fff", "red"]),
    ("playlist", "media.0.bytes", [1, 2**31], [0, 2**31 + 1]),
    ("playlist", "media.0.duration_ms", [0, DAY_MS], [-1, DAY_MS + 1]),
    ("playlist", "media.0.mime", ["audio/x-wav"], ["text/plain", "audio", "audio/" + "a" * 65]),
    ("playlist", "media.0.urls", [[], ["https://a.vn/x"] * 8], [["https://a.vn/x"] * 9]),
    ("emergency", "event_id", [HEX * 2], [HEX]),
    ("emergency", "repeat", [1, 20], [0, 21]),
    ("emergency", "gap_ms", [0, 600_000], [-1, 600_001]),
    ("emergency", "max_ms", [1, 7_200_000], [0, 7_200_001]),
    ("emergency", "nonce", ["a" * 8, "_-" * 64], ["a" * 7, "a" * 129, "a.bcdefg"]),
    ("emergency", "slot", ["emergency"], ["key", "key-lu"]),
    ("emergency", "bodies", [[{"lang": "vi", "text": {"show": "a"}}] * 16],
     [[], [{"lang": "vi", "text": {"show": "a"}}] * 17, [{"lang": "vi"}]]),
    ("cancel", "cancels", [HEX * 2], [HEX]),
    ("station-config", "groups", [DIGESTS[:64]], [DIGESTS[:65], ["a", "a"]]),
    ("station-config", "zones", [DIGESTS[:256]], [DIGESTS]),
    ("station-config", "place", ["84/29266/tv-cl-0007"], ["84/29266", "84/*/tv-cl-0007", "84//a"]),
    ("station-config", "policy.quiet_hours", [["21:00-24:00"] * 16],
     [["21:00-24:00"] * 17, ["24:00-05:00"]]),
    ("station-config", "policy.sessions_per_day", [None, 0, 1440], [-1, 1441]),
    ("station-config", "policy.minutes_per_session", [None, 0, 1440], [-1, 1441]),
    ("station-config", "policy.weekdays", [None, [1, 7]], [[0], [8], [1, 1]]),
    ("station-config", "policy.media_hosts", [["a.vn:8443"] * 64],
     [["a.vn"] * 65, ["A.vn"], ["a.vn/x"]]),
    ("station-config", "policy.caps.0.dba", [0, 130], [-1, 131]),
    ("station-config", "policy.cap_distance_m", [1, 1000], [0, 1001]),
    ("station-config", "policy.levels", [[LEVEL] * 16, [LEVEL | {"gain_db": -40}]],
     [[LEVEL] * 17, [LEVEL | {"gain_db": 1}], [LEVEL | {"gain_db": -41}], [LEVEL | {"to": "9"}]]),
    ("station-config", "policy.adverts",
     [{"windows": ["21:00-24:00"] * 16}, {"windows": ["08:00-10:00"], "day_pct": 100},
      {"windows": ["08:00-10:00"], "day_pct": 1, "session_pct": 1}],
     [{"windows": []}, {"windows": ["08:00-10:00"] * 17}, {"windows": ["8-10"]}, {},
      {"windows": ["08:00-10:00"], "day_pct": 0}, {"windows": ["08:00-10:00"], "day_pct": 101},
      {"windows": ["08:00-10:00"], "session_pct": 0}]),
    ("station-config", "policy.maintenance", [["02:00-24:00"] * 16, []],
     [["02:00-03:00"] * 17, ["24:00-05:00"], ["2-3"]]),
    ("station-config", "policy.zone_classes",
     [[], [{"zone_kind": "special", "classes": []}],
      [{"zone_kind": "special", "classes": ["priority"]},
       {"zone_kind": "ordinary", "classes": ["routine", "priority"]}]],
     [[{"zone_kind": "special", "classes": ["priority", "priority"]}],
      [{"zone_kind": "special", "classes": []}] * 2, [{"zone_kind": "special"}],
      [{"zone_kind": "special", "classes": ["emergency"]}],
      [{"zone_kind": "chua", "classes": []}]]),
    ("station-config", "policy.language_duties",
     [[], [{"lang": "km", "week_pct": 1}, {"lang": "khm", "week_pct": 100}]],
     [[{"lang": "km", "week_pct": 0}], [{"lang": "km", "week_pct": 101}],
      [{"lang": "km", "week_pct": 1}] * 2, [{"lang": "KM", "week_pct": 1}], [{"lang": "km"}]]),
    ("station-config", "policy.board_light",
     [{}, {"day_pct": 100, "night_pct": 1, "advert_pct": None}],
     [{"day_pct": 0}, {"night_pct": 101}, {"advert_pct": "40"}]),
    ("station-config", "policy.stagger", [{"group": 0}, {"group": 63, "gap_ms": DAY_MS}],
     [{"group": -1}, {"group": 64}, {"group": 1, "gap_ms": -1}, {"gap_ms": 1}]),
    ("station-config", "policy.chime_check",
     [{"weekdays": [7], "at": "17:00"}, {"weekdays": [1, 7], "at": "00:00", "zones": DIGESTS[:64]}],
     [{"weekdays": [], "at": "17:00"}, {"weekdays": [0], "at": "17:00"}, {"at": "17:00"},
      {"weekdays": [7, 7], "at": "17:00"}, {"weekdays": [7], "at": "24:00"},
      {"weekdays": [7], "at": "5 giờ"}, {"weekdays": [7], "at": "17:00", "zones": []},
      {"weekdays": [7], "at": "17:00", "zones": DIGESTS[:65]},
      {"weekdays": [7], "at": "17:00", "zones": ["a", "a"]}]),
    ("command", "args", [{"gain_db": -6} | {f"a{n}": n for n in range(31)}],
     [{"gain_db": -6} | {f"a{n}": n for n in range(32)}, {}]),
    ("command", "args.gain_db", [-40, 0], [-41, 1, "-6"]),
    ("command", "args.zones", [["*"], DIGESTS[:64]], [[], DIGESTS[:65], ["a", "a"], ["a b"]]),
    ("command", "args.until", ["2026-11-29T08:00:00Z"], ["2026-11-22T08:00:00Z", "mai"]),
    ("command", "not_before", ["2026-11-22T08:00:00Z"], ["2026-11-22T08:00:01Z"]),
    ("head", "slots", [{f"vn.84/playlist/s{n}": ITEM for n in range(256)}],
     [{f"vn.84/playlist/s{n}": ITEM for n in range(257)}, {"tuan": ITEM}]),
    ("head", "revoked", [[HEX * 2] * 1024], [[HEX * 2] * 1025, [HEX]]),
    ("head", "emergencies", [DIGESTS[:64]], [DIGESTS[:65]]),
    ("time", "nonce", ["a" * 128], ["a" * 7]),
    ("ack", "window", [0, 1024], [-1, 1025]),
    ("ack", "journal", ["a" * 8, "a" * 128], ["a" * 7, "a" * 129, "A" * 8]),
    ("stream-grant", "max_segment_bytes", [1, 1_048_576], [0, 1_048_577]),
    ("stream-grant", "delay_ms", [500, 10_000], [499, 10_001]),
    ("stream-grant", "zones", [["*"], ["a"] * 64], [[], ["a"] * 65, ["a b"]]),
    ("stream-grant", "title", ["x", "x" * 256], ["", "x" * 257]),
    ("stream-grant", "lang", ["km"], ["tiếng"]),
    ("stream-grant", "hosts", [["a.vn"] * 16], [["a.vn"] * 17]),
]  # fmt: skip
HTTPS = [
    "https://a.vn",
    "https://a.vn:8443/x?y=z",
    "https://192.0.2.1/x",
    "https://a.vn/" + "x" * 2035,
]
NOT_HTTPS = [
    "http://a.vn/x", "https://u:p@a.vn/x", "https://a.vn/x#y", "https://a.vn/x\\y", "https://[::1]/x",
    "https://a.vn/ă", "https://a.vn/" + "x" * 2036,
]  # fmt: skip


def _changed(kind: str, path: str, value: Any) -> Any:
    document = copy.deepcopy(DOCUMENTS[kind])
    *way, last = path.split(".")
    inner: Any = document
    for step in way:
        inner = inner[int(step) if step.isdecimal() else step]
    inner[last] = value
    if path in CRITICAL:
        document["crit"] = [path]
    return document


def _judge(document: Any) -> Any:
    found = msgspec.convert(document, TYPE_OF_KIND[document["kind"]])
    check_document(found, document["kind"])
    return found


def _name(value: Any) -> str:
    return value[:40] if isinstance(value, str) else ""


@pytest.mark.parametrize(("kind", "path", "allowed", "refused"), RANGES, ids=_name)
def test_what_the_page_allows_is_taken_and_one_more_is_not(
    kind: str, path: str, allowed: list[Any], refused: list[Any]
) -> None:
    for value in allowed:
        _judge(_changed(kind, path, value))
    for value in refused:
        with pytest.raises((SchemaError, msgspec.ValidationError)):
            pytest.fail(f"taken: {_judge(_changed(kind, path, value))}")


@pytest.mark.parametrize("url", HTTPS, ids=_name)
def test_an_address_of_the_page_s_form_is_taken(url: str) -> None:
    verify_sources(_judge(_changed("playlist", "media.0.urls", [url])))


@pytest.mark.parametrize("url", NOT_HTTPS, ids=_name)
def test_an_address_of_another_form_is_refused(url: str) -> None:
    with pytest.raises(TrustError, match="E_URL"):
        verify_sources(_judge(_changed("playlist", "media.0.urls", [url])))
