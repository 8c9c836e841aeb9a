"""A ceremony as its people hold it: one folder, copies of it on sticks, a key for each holder."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner
from securesystemslib.signer import CryptoSigner

from agent.contract.topic import parse_authority_topic
from agent.trust.tree import TreeAuthority, TreeFiles, load_tree
from central.__main__ import main
from central.authority import authority_store
from central.authority.ceremony.holder_key import encode_public
from central.authority.signing_key import load_signer, make_key
from central.store.database import Database

AT = "2026-11-24T08:00:00Z"
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


class CeremonyFixture:
    """Runs `tramtin-central authority` in a folder of its own.

    Args:
        folder: where all files are written.
        at: the ceremony's moment, as `--at`; None: the machine's clock.
    """

    def __init__(self, folder: Path, at: str | None = AT) -> None:
        self.folder = folder / "authority"
        self.keys = folder / "keys"
        self.keys.mkdir(parents=True, exist_ok=True)
        self.db = folder / "central.db"
        self.at = at

    def key(self, name: str) -> Path:
        """The key file of a person, made when first asked for."""
        path = self.keys / f"{name}.pem"
        if not path.exists():
            path.with_suffix(".pub").write_bytes(encode_public(make_key(path)))
        return path

    def signer(self, name: str) -> CryptoSigner:
        return load_signer(self.key(name))

    def holder(self, name: str) -> str:
        return f"{name}={self.key(name).with_suffix('.pub')}"

    def run(self, step: str, *arguments: object, folder: Path | None = None) -> tuple[int, str]:
        at = ["--at", self.at] if self.at and step not in ("show", "export") else []
        words = ["authority", step, folder or self.folder, *arguments, *at]
        result = CliRunner().invoke(main, list(map(str, words)), catch_exceptions=False)
        return result.exit_code, result.output

    def do(self, step: str, *arguments: object) -> str:
        code, output = self.run(step, *arguments)
        assert code == 0, output
        return output

    def begin(self) -> str:
        """Root 2 of 3, targets 2 of 2, the two online keys."""
        words: list[object] = []
        for person in ("an", "binh", "chi"):
            words += ["--root", self.holder(person)]
        for person in ("dung", "em"):
            words += ["--targets", self.holder(person)]
        for role in ("timestamp", "snapshot"):
            words += [f"--{role}", self.key(role).with_suffix(".pub")]
        return self.do("init", "--root-threshold", 2, "--targets-threshold", 2, *words)

    def delegate(self, role: str, *holders: str, **given: object) -> str:
        """`paths` and `kinds` separated by blanks; other options by their names."""
        words: list[object] = []
        for name in ("path", "kind", "hours"):
            for value in str(given.pop(f"{name}s" if name != "hours" else name, "")).split():
                words += [f"--{name}", value]
        for person in holders:
            words += ["--holder", self.holder(person)]
        for name, value in given.items():
            words += [f"--{name.replace('_', '-')}", *([] if value is True else [value])]
        return self.do("delegate", role, *words)

    def sign(self, *people: str) -> None:
        for person in people:
            self.do("sign", "--yes", "--key", self.key(person))

    def publish(self, *more: object) -> tuple[int, str]:
        online = ["--snapshot-key", self.key("snapshot"), "--timestamp-key", self.key("timestamp")]
        return self.run("publish", "--db", self.db, *online, *more)

    def sign_and_publish(self, *people: str) -> None:
        self.sign(*people)
        code, output = self.publish()
        assert code == 0, output

    def copy(self, name: str) -> Path:
        """A copy of the folder, as on a holder's stick."""
        stick = self.folder.with_name(f"stick-{name}")
        shutil.rmtree(stick, ignore_errors=True)
        shutil.copytree(self.folder, stick)
        return stick

    def shelf(self) -> dict[str, bytes]:
        """What the centre publishes, by file name."""
        database = Database.open(self.db)
        try:
            parcels = authority_store.unsent(database)
        finally:
            database.close()
        return {parse_authority_topic(one.topic): one.envelope for one in parcels if one.envelope}

    def authority(self) -> TreeAuthority:
        """The authority that a box reads from the centre's files: the newest of each."""
        newest: dict[str, tuple[int, bytes]] = {}
        for name, raw in self.shelf().items():
            version, _, role = name.removesuffix(".json").partition(".")
            entry = (int(version), raw) if role else (0, raw)
            newest[role or version] = max(entry, newest.get(role or version, (0, b"")))
        raw = {role: text for role, (_, text) in newest.items()}
        top = {role: raw.pop(role) for role in ("root", "timestamp", "snapshot", "targets")}
        return load_tree(TreeFiles(**top, roles=raw))
