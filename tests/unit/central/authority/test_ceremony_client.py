"""What the ceremony publishes, followed by python-tuf's own client from the first root on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tuf.api.exceptions import DownloadHTTPError
from tuf.api.metadata import Metadata
from tuf.ngclient import Updater
from tuf.ngclient.fetcher import FetcherInterface

from tests.harness.ceremony_fixture import CeremonyFixture

PATHS = "config/84/*/* routine/84/*/* authority/84/*/*"
HOME = "authority/84/29266/tv-cl-0007"


class _FolderFetcher(FetcherInterface):
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _fetch(self, url: str) -> Iterator[bytes]:
        path = self.folder / url.rpartition("/")[2]
        if not path.exists():
            raise DownloadHTTPError("not there", 404)
        yield path.read_bytes()


class Client:
    """A client that keeps what it has, as a box does."""

    def __init__(self, hall: CeremonyFixture, folder: Path) -> None:
        self.hall, self.folder = hall, folder
        self.folder.mkdir()
        self.first_root = (hall.folder / "metadata" / "1.root.json").read_bytes()

    def refresh(self) -> dict[str, int]:
        """Follow the publisher; the versions that the client then has."""
        updater = Updater(
            str(self.folder), "https://x.invalid/", str(self.folder), "https://x.invalid/",
            fetcher=_FolderFetcher(self.hall.folder / "metadata"), bootstrap=self.first_root,
        )  # fmt: skip
        updater.refresh()
        assert updater.get_targetinfo(HOME) is None
        return {
            path.stem: Metadata.from_bytes(path.read_bytes()).signed.version
            for path in self.folder.glob("*.json")
        }


@pytest.fixture
def hall(tmp_path: Path) -> CeremonyFixture:
    hall = CeremonyFixture(tmp_path / "hall", at=None)
    hall.begin()
    hall.delegate(
        "vn.84", "giang", "ha", paths=PATHS, kinds="station-config", ttl="400d", threshold=2
    )
    hall.sign_and_publish("an", "binh", "dung", "em", "giang", "ha")
    return hall


def test_the_reference_client_follows_every_step(hall: CeremonyFixture, tmp_path: Path) -> None:
    client, late = Client(hall, tmp_path / "client"), Client(hall, tmp_path / "late")
    started_s = int(datetime.now(UTC).timestamp()) - 60
    have = client.refresh()
    assert have.pop("timestamp") > started_s
    assert have == {"root": 1, "snapshot": 1, "targets": 1, "vn.84": 1}
    hall.do("rotate", "root", "--old", "an", "--new", hall.holder("phuc"))
    hall.sign_and_publish("an", "binh", "phuc")
    hall.do("rotate", "timestamp", "--new", f"may chu={hall.key('timestamp2').with_suffix('.pub')}")
    hall.sign("phuc", "chi")
    hall.key("timestamp2").rename(hall.key("timestamp"))
    hall.publish()
    hall.do("rotate", "vn.84", "--old", "ha", "--new", hall.holder("hai"), "--lost")
    hall.sign_and_publish("dung", "em", "giang", "hai")
    for one in (client, late):
        have = one.refresh()
        have.pop("timestamp")
        assert have == {"root": 3, "snapshot": 4, "targets": 2, "vn.84": 2}
    hall.do("revoke", "vn.84")
    hall.sign_and_publish("dung", "em")
    assert client.refresh()["snapshot"] == 5  # the row of vn.84 is still there, so it is taken
