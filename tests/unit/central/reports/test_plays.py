"""`show plays`: what was heard and what was only seen, in words, at 80 columns and local times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from agent.contract.document import Emergency, EmergencyBody, Medium, TextBody
from agent.contract.proof import PlayProof
from agent.overrides.emergency_monitor import REASON
from agent.play.ipc import Ended
from agent.play.item import SILENCES
from agent.play.plan_watch import NO_TIME, NOT_BEGUN, NOT_RUNNING, OUTPUT_LOST
from agent.play.play_memory import CLOCK_STEP, PREEMPTED
from agent.playout.output_schedule import CLASH
from central.__main__ import main
from central.documents.sign import build_header, encode_document, sign_document
from central.messages.catalogue import translate
from central.publication.document_outbox import keep
from central.reports.play_totals import total_plays
from central.store.database import Database
from central.store.play_proofs import apply_proofs
from central.store.schema import plays
from tests.harness.centre_records import STATION, report_health
from tests.harness.centre_rows import keep_record

DOC, EVENT, VOICE = "d0" * 16, "67d35554c1f60638d6d72a0edc045450", "ab" * 32


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "central.db"


@pytest.fixture
def database(db: Path) -> Iterator[Database]:
    opened = Database.open(db)
    yield opened
    opened.close()


def play(**more: Any) -> dict[str, Any]:
    """Of an emergency on one output."""
    return {
        "title": f"Khẩn cấp: {EVENT}", "class": "emergency", "doc_id": DOC, "entry": EVENT,
        "lang": "vi", "start": "2026-11-24T05:00:00.004Z", "duration_ms": 15_012,
        "result": "full", "output": "loa", "medium": "sound", "editor": "Lê Văn Tám", **more,
    }  # fmt: skip


def emergency(database: Database) -> None:
    """Two languages of which one has recorded words, as it was published."""
    header = build_header(
        "emergency", issuer="vn.84.em", class_="emergency", to=["84/29266/*"], slot="khan-cap",
        seq=1, now=datetime.now(UTC), lifetime=timedelta(hours=1), doc_id=DOC,
    )  # fmt: skip
    bodies = [EmergencyBody("vi", [VOICE]), EmergencyBody("km", [VOICE], TextBody(show="ទឹកជំនន់"))]
    payload = encode_document(
        Emergency(
            **header, event_id=EVENT, exercise=False, attention="two-tone", bodies=bodies,
            media=[Medium(VOICE, 9, "audio/ogg", 12_000, [])], repeat=1, gap_ms=0, max_ms=60_000,
        )
    )  # fmt: skip
    topic = "tramtin/1/g/xa-29266/emergency/khan-cap"
    keep(database, topic, sign_document(payload, "emergency", []))


def totals(database: Database) -> dict[tuple[str, str], dict[str, int]]:
    return {
        (row["medium"], row["lang"]): {n: row[n] for n in ("full", "cut", "wordless") if row[n]}
        for row in total_plays(database)
    }


def show(db: Path, lang: str = "vi") -> str:
    words = ["show", "--db", str(db), "plays", "--lang", lang]
    result = CliRunner(env={"COLUMNS": "80"}).invoke(main, words)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_picture_is_not_counted_as_heard_nor_a_signal_as_words(database: Database) -> None:
    """A text-only alarm on a station with both: shown on the board, its words said by nobody."""
    keep_record(database, 1, play(words_missing=["vi"]), "play")
    keep_record(database, 2, play(medium="picture", output="bang-tin"), "play")
    assert totals(database) == {
        ("sound", "vi"): {"wordless": 1}, ("picture", "vi"): {"full": 1},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("heard", "level", "lang", "words"),
    [
        (None, "B1", "vi", ["mat-truoc abababababababab…", "3 khung hình bị trễ", "(B1)"]),
        (True, "B2", "vi", ["thẻ điều khiển xác nhận", "(B2)"]),
        (False, "B1", "en", ["did NOT show it (B1)", "3 frames were late"]),
    ],
)
def test_a_picture_has_its_frames_and_the_word_of_its_control_card(
    db: Path, database: Database, heard: Any, level: Any, lang: str, words: list[str]
) -> None:
    shown = play(
        medium="picture", output="bang-tin", proof="A2", frames={"mat-truoc": "ab" * 32},
        late_frames=3,
    )  # fmt: skip
    keep_record(database, 1, shown, "play")
    if heard is not None:
        with database.transaction() as connection:
            key = connection.execute(sa.select(plays.c.epoch, plays.c.seq)).one()
            proof = PlayProof(epoch=key.epoch, seq=key.seq, level=level, heard=heard, method="card")
            apply_proofs(connection, STATION, [proof])
    report = " ".join(show(db, lang).replace("│", " ").split())
    for word in words:
        assert all(part in report for part in word.split()), (word, report)


def test_each_language_counts_for_itself(database: Database) -> None:
    emergency(database)
    keep_record(database, 1, play(), "play")
    keep_record(database, 2, play(result="cut", words_missing=["km"]), "play")
    assert totals(database) == {
        ("sound", "vi"): {"full": 1, "cut": 1}, ("sound", "km"): {"full": 1, "wordless": 1},
    }  # fmt: skip


def test_a_box_that_does_not_tell_sound_from_picture_is_counted_by_its_output(
    database: Database,
) -> None:
    keep_record(database, 1, play(medium=None), "play")
    assert totals(database) == {("loa", "vi"): {"full": 1}}


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("vi", ("KHÔNG NGHE ĐƯỢC LỜI: tiếng Việt", "Loa (loa)", "soạn: Lê Văn Tám", "Không lời")),
        ("en", ("WORDS NOT HEARD: Vietnamese", "Speaker", "by Lê Văn Tám", "No words")),
    ],
)
def test_a_terminal_of_eighty_columns_shows_what_was_missing_and_local_times(
    db: Path, database: Database, lang: str, words: tuple[str, ...]
) -> None:
    keep_record(database, 1, play(words_missing=["vi"], reason="restart"), "play")
    report = show(db, lang)
    joined = " ".join(line.replace("│", " ") for line in report.splitlines())
    text = " ".join(joined.split())
    assert max(map(len, report.splitlines())) <= 80
    for word in words:
        assert all(part in text for part in word.split()), word
    assert "12:00" in report  # 05:00 UTC
    assert "24/11/2026" in report
    assert "67d35554…" in report
    assert EVENT not in report


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("vi", "âm lượng -18.0 dB, khoảng 70.0 dBA tại nhà gần nhất theo mức trần: ordinary"),
        ("en", "volume -18.0 dB, about 70.0 dBA at the nearest home by the cap: ordinary"),
    ],
)
def test_how_loud_it_was_is_shown_where_the_station_knows(
    db: Path, database: Database, lang: str, told: str
) -> None:
    cap = "ordinary 06:00-21:00 70 dBA at 20 m"
    keep_record(database, 1, play(gain_db=-18.0, est_dba=70.0, cap=cap), "play")
    keep_record(database, 2, play(), "play")
    keep_record(database, 3, play(gain_db=-26.5), "play")  # of a microphone no dBA is known
    text = " ".join(show(db, lang).replace("│", " ").split())
    assert text.count(told) == 1
    assert text.count("-26.5 dB") == 1
    assert text.count("dBA") == 2
    with database.transaction() as connection:
        row = connection.execute(sa.select(plays).order_by(plays.c.number)).mappings().first()
    assert row is not None
    assert (row["gain_db"], row["est_dba"], row["cap"], row["gain_end_db"]) == (-18, 70, cap, None)


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("vi", ("qua card dự phòng Headphones", "ở chế độ an toàn (aplay)")),
        ("en", ("on the fallback card Headphones", "in safe mode (aplay)")),
    ],
)
def test_a_play_on_another_card_or_in_safe_mode_is_marked(
    db: Path, database: Database, lang: str, told: tuple[str, str]
) -> None:
    keep_record(database, 1, play(card="Headphones"), "play")
    keep_record(database, 2, play(safe_mode=True), "play")
    keep_record(database, 3, play(), "play")
    text = " ".join(show(db, lang).replace("│", " ").split())
    assert [text.count(one) for one in told] == [1, 1]
    with database.transaction() as connection:
        rows = connection.execute(sa.select(plays).order_by(plays.c.number)).mappings().all()
    assert [row["card"] for row in rows] == ["Headphones", None, None]
    assert [row["safe_mode"] for row in rows] == [None, True, None]


@pytest.mark.parametrize(
    ("source", "lang", "told"),
    [
        ("nts", "vi", "giờ lúc phát sai không quá 12 ms (NTS)"),
        ("centre", "en", "clock within 12 ms (centre)"),
    ],
)
def test_how_exactly_the_time_was_known_is_shown_where_the_station_says_so(
    db: Path, database: Database, source: str, lang: str, told: str
) -> None:
    keep_record(database, 1, play(clock_error_ms=12.3, clock_source=source), "play")
    keep_record(database, 2, play(), "play")
    text = " ".join(show(db, lang).replace("│", " ").split())
    assert text.count(told) == 1
    assert text.count(" ms (") == 1


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("vi", "giữ nhịp: sửa 288 mẫu, nhảy 1 lần, lệch nhiều nhất 12.5 ms"),
        ("en", "kept in step: 288 samples corrected, 1 jumps, at most 12.5 ms off"),
    ],
)
def test_how_a_play_was_kept_in_step_is_shown(
    db: Path, database: Database, lang: str, told: str
) -> None:
    found = {"corrected_samples": 288, "resyncs": 1, "worst_off_ms": 12.5, "card_ppm": 101.5}
    keep_record(database, 1, play(**found), "play")
    keep_record(database, 2, play(corrected_samples="x", card_ppm="y"), "play")
    text = " ".join(show(db, lang).replace("│", " ").split())
    assert text.count(told) == 1
    assert text.count("+102 ") == 1


def test_what_is_on_now_is_shown_though_no_play_is_over_yet(db: Path, database: Database) -> None:
    """A flood warning lasts an hour: it must not look as if nothing were played."""
    report_health(database, STATION, EVENT, words_missing=["vi"], loa="sound")
    report = show(db)
    text = " ".join(report.replace("│", " ").split())
    for part in (
        "Loa (loa), khẩn cấp",
        "đến: 16:00 30/11/2026",
        "KHÔNG NGHE ĐƯỢC LỜI: tiếng Việt",
        STATION,
    ):
        assert part in text, report
    assert "mất liên lạc" in text


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_reason_of_a_box_has_words(lang: Literal["vi", "en"]) -> None:
    """What boxes write as reason, read from their sources."""
    sources = [path.read_text("utf-8") for path in Path("agent").rglob("*.py")]
    calls = re.compile(
        r'(?:stop|abandon|_end|close|Account)\((?:"(?:cut|skipped|failed)", )?"([a-z_]+)"'
    )
    found = {name for text in sources for name in calls.findall(text)}
    found |= {CLASH, PREEMPTED, CLOCK_STEP, NO_TIME, NOT_RUNNING, NOT_BEGUN, OUTPUT_LOST}
    found |= {*REASON.values(), *SILENCES, *get_args(get_type_hints(Ended)["why"])}
    reasons = {one for one in found if "E_" not in one} - {
        "cut",
        "skipped",
        "failed",
        "end",
        "full",
    } | {"failed"}
    assert {"replaced", "engine_lost", "silence_key"} <= reasons
    assert [
        one for one in sorted(reasons) if translate(lang, f"reason.{one}") == f"reason.{one}"
    ] == []


def test_a_time_that_a_station_made_up_is_shown_as_it_is(db: Path, database: Database) -> None:
    keep_record(database, 1, play(start="hôm qua"), "play")
    assert "hôm qua" in show(db)


def test_a_database_that_is_not_there_is_not_shown_as_one_without_plays(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["show", "--db", str(tmp_path / "x.db"), "plays"])
    assert result.exit_code == 78
    assert "không đọc được tệp" in result.output
    assert not (tmp_path / "x.db").exists()


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("vi", ["tiếng Việt: máy ở hộp đọc", "tiếng Khmer: câu ghi sẵn", "đã đọc: “Lũ về”"]),
        ("en", ["Vietnamese: read by the box", "Khmer: recorded phrases", "was read: “Lũ về”"]),
    ],
)
def test_how_the_words_of_each_language_were_heard_is_shown(
    db: Path, database: Database, lang: str, words: list[str]
) -> None:
    forms = {"vi": "speech", "km": "phrases"}
    keep_record(database, 1, play(words=forms, said={"vi": "Lũ về"}), "play")
    shown = " ".join(re.sub(r"[│|]", " ", show(db, lang)).split())
    for one in words:
        assert one in shown, shown


def test_a_form_that_is_not_known_here_is_shown_as_it_came(db: Path, database: Database) -> None:
    keep_record(database, 1, play(words={"vi": "choir"}, said=["x"]), "play")
    assert "tiếng Việt: choir" in " ".join(show(db).split())


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("vi", "chỉ tin được đường truyền; đài 1500 s, chương trình nền 280 s, im 20 s"),
        ("en", "authentic by transport only; radio 1500 s, filler 280 s, silence 20 s"),
    ],
)
def test_a_radio_that_a_box_pulled_is_told_with_its_worth(
    lang: str, words: str, database: Database, db: Path
) -> None:
    relayed = {"radio_ms": 1_500_400, "filler_ms": 280_000, "silence_ms": 20_000, "connections": 4}
    told = play(**{"class": "routine"}, authentic_by="transport", relayed=relayed)
    keep_record(database, 1, told, "play")
    assert words in " ".join(re.sub(r"[│|]", " ", show(db, lang)).split())


def test_a_stolen_key_that_signs_nonsense_about_a_radio_disturbs_no_table(
    database: Database, db: Path
) -> None:
    keep_record(database, 1, play(authentic_by="transport", relayed=[1, 2]), "play")
    keep_record(database, 2, play(authentic_by="transport", relayed={"radio_ms": "x"}), "play")
    assert "đài – s" in " ".join(re.sub(r"[│|]", " ", show(db)).split())
