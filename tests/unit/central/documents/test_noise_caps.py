"""The table of the noise regulations; the figures are those of QCVN 26:2010/BTNMT, table 1."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.contract.station_policy import StationPolicy
from agent.errors import YamlFaults
from agent.trust.document_rules import check_policy
from central.__main__ import main
from central.documents.noise_caps import TABLE, load_noise_editions

OF_2010 = [
    {"zone_kind": "ordinary", "from": "06:00", "to": "21:00", "dba": 70},
    {"zone_kind": "ordinary", "from": "21:00", "to": "06:00", "dba": 55},
    {"zone_kind": "special", "from": "06:00", "to": "21:00", "dba": 55},
    {"zone_kind": "special", "from": "21:00", "to": "06:00", "dba": 45},
]


def caps(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["draft", "caps", *words])
    return result.exit_code, result.output


def test_every_edition_has_a_source_and_its_figures_are_caps_of_a_policy() -> None:
    editions = load_noise_editions()
    assert [one.name for one in editions] == ["QCVN 26:2010/BTNMT", "QCVN 26:2025/BNNMT"]
    for edition in editions:
        assert edition.sources
        check_policy(StationPolicy([], caps=edition.policy_caps()))


def test_the_caps_of_an_edition_are_printed_for_a_policy() -> None:
    code, output = caps("--edition", "QCVN 26:2010/BTNMT")
    assert (code, json.loads(output)) == (0, OF_2010)


def test_an_edition_without_figures_says_so_and_gives_none() -> None:
    code, output = caps("--lang", "en")
    assert code == 0
    assert "replaced by QCVN 26:2025/BNNMT" in output
    assert output.count("nobody has entered its table yet") == 1
    code, output = caps("--edition", "QCVN 26:2025/BNNMT")
    assert code != 0
    assert "QCVN 26:2010/BTNMT" in output


def test_a_mistake_in_the_table_is_named_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "noise_caps.yaml"
    text = TABLE.read_text(encoding="utf-8")
    file.write_text(text.replace("dba: 70", "dba: loud"), encoding="utf-8")
    with pytest.raises(YamlFaults):
        load_noise_editions(file)
