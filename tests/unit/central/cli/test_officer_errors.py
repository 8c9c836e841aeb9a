"""What an officer reads when a file or a command is wrong: in the language of the command."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.errors import TrustError
from central.__main__ import main
from central.authority.signing_key import make_key
from central.cli.cli_errors import print_error

DAY = date.today() + timedelta(days=1)  # noqa: DTZ011 - far from any edge
BAD = f"""\
slot: tuan
to: ["84/29266/*"]
from: {DAY}
until: {DAY}
items:
  - {{title: a, at: "05:00", play: [x.mp3]}}
  - {{title: b, at: "05:00", days: t9, show: {{text: "b"}}}}
  - {{title: c, at: "05:00"}}
"""


def sign(tmp_path: Path, *words: str, text: str = BAD, lang: str = "vi") -> str:
    key = tmp_path / "k.pem"
    if not key.exists():
        make_key(key, "x")
    file = tmp_path / "lich.yaml"
    file.write_text(text)
    more = ("--issuer", "vn.84.29266", "--media-dir", "m", "--media-url", "https://m.vn", "--yes")
    result = CliRunner().invoke(
        main, ["sign", str(file), "--key", str(key), "--lang", lang, *more, *words]
    )
    assert result.exit_code != 0
    return result.output


def test_faults_of_a_schedule_are_reported_with_places_in_the_officers_language(
    tmp_path: Path,
) -> None:
    output = sign(tmp_path)
    for line in (
        ":6:36: items[0].play[0]: giá trị không hợp lệ; đang là x.mp3; cần một tệp có thật",
        ":7:5: items[1]: giá trị không hợp lệ; cần `for`: hiện hình bao lâu",
        "items[1].days: giá trị không hợp lệ; đang là t9; cần ngày như daily, t2-t7",
        ":8:5: items[2]: giá trị không hợp lệ; cần một trong play, relay, say; và/hoặc show",
    ):
        assert line in output, output
    english = sign(tmp_path, lang="en")
    assert "expected a file that exists" in english
    assert "cần" not in english


def test_a_malformed_zone_is_reported_with_its_line_and_not_as_a_schema_error(
    tmp_path: Path,
) -> None:
    text = BAD[: BAD.index("  - {title: a")] + (
        '  - {title: a, at: "05:00", zones: ["loa 1"], show: {text: "a"}, for: 1h}\n'
    )
    output = sign(tmp_path, text=text)
    assert ":6:" in output
    assert "items[0].zones[0]" in output
    assert "E_SCHEMA" not in output


def test_a_wrong_passphrase_is_called_so(tmp_path: Path) -> None:
    text = BAD[: BAD.index("  - {title: a")] + (
        '  - {title: a, at: "05:00", show: {text: "a"}, for: 1h}\n'
    )
    output = sign(tmp_path, "--passphrase", "y", text=text)
    assert "E_KEY: " in output
    assert "sai mật khẩu, hoặc tệp không phải khoá (" in output


@pytest.mark.parametrize(
    ("lang", "output"),
    [
        ("vi", "E_SCHEMA: x: văn bản sai dạng, trạm sẽ từ chối (to: must be patterns)"),
        ("en", "E_SCHEMA: x: to: must be patterns"),
    ],
)
def test_an_english_detail_follows_a_translated_introduction(lang: str, output: str) -> None:
    error = TrustError("E_SCHEMA", "x", "to: must be patterns")
    assert print_error(error, "vi" if lang == "vi" else "en") == output
