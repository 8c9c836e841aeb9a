"""One file that says who may sign, for machines without a link; and what the root alone says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.errors import ConfigError, TrustError
from central.authority.signers import read_signers
from tests.harness.ceremony_fixture import CeremonyFixture


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> CeremonyFixture:
    one = CeremonyFixture(tmp_path_factory.mktemp("hall"))
    one.begin()
    one.delegate(
        "vn.84", "giang", "ha", paths="authority/84/*/* emergency/84/*/*", kinds="command",
        ttl="400d", threshold=2,
    )  # fmt: skip
    one.delegate(
        "vn.84.em", "lan", "minh", paths="emergency/84/*/*", kinds="emergency cancel",
        ttl="2h", threshold=2,
    )  # fmt: skip
    one.sign_and_publish("an", "binh", "dung", "em", "giang", "ha")
    return one


@pytest.fixture
def file(hall: CeremonyFixture, tmp_path: Path) -> Path:
    out = tmp_path / "root.json"
    assert str(out) in hall.do("export", "--out", out)
    return out


def test_the_file_names_the_holders_as_the_folder_does(hall: CeremonyFixture, file: Path) -> None:
    exported, folder = read_signers(file), read_signers(hall.folder)
    assert set(exported) == set(folder) >= {"vn.84.em"}
    assert exported["vn.84.em"].holders == folder["vn.84.em"].holders
    assert sorted(exported["vn.84.em"].holders.values()) == ["lan", "minh"]
    assert exported["vn.84.em"].role.threshold == 2


def test_the_root_in_the_folder_of_a_ceremony_is_enough(hall: CeremonyFixture) -> None:
    assert "vn.84.em" in read_signers(hall.folder / "metadata" / "1.root.json")


def test_a_root_alone_is_refused_with_the_file_to_request(
    hall: CeremonyFixture, tmp_path: Path
) -> None:
    alone = tmp_path / "an-root.json"
    alone.write_bytes((hall.folder / "metadata" / "1.root.json").read_bytes())
    with pytest.raises(ConfigError, match="authority export"):
        read_signers(alone)


@pytest.mark.parametrize("name", ["1.targets.json", "1.snapshot.json", "timestamp.json"])
def test_a_file_that_was_altered_is_refused(file: Path, name: str) -> None:
    tree = json.loads(file.read_text())
    tree["files"][name] = tree["files"][name].replace("84", "85", 1).replace("20", "30", 1)
    file.write_text(json.dumps(tree))
    with pytest.raises((TrustError, ConfigError)):
        read_signers(file)


def test_a_file_writes_nowhere_but_where_it_is_read(file: Path, tmp_path: Path) -> None:
    tree = json.loads(file.read_text())
    tree["files"]["../../1.x.json"] = "{}"
    tree["files"]["/tmp/1.x.json"] = "{}"
    file.write_text(json.dumps(tree))
    before = set(tmp_path.rglob("*"))
    assert "vn.84.em" in read_signers(file)
    assert set(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("text", ['{"format":"tramtin-tree-1"}', '{"format":"tramtin-tree-1",'])
def test_a_damaged_file_is_one_clear_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "root.json").write_text(text)
    with pytest.raises(TrustError, match="authority export"):
        read_signers(tmp_path / "root.json")
