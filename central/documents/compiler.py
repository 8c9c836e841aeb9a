"""One pass over an officer's file: every fault with its place, every medium kept by its digest."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from msgspec import UNSET

from agent.contract.document import Class, Medium, TextBody
from agent.contract.local_time import LOCAL
from agent.errors import ConfigError
from central.documents.audio_tools import make_chime
from central.documents.media import store_medium
from central.documents.sign import build_header
from central.messages.catalogue import PHRASES
from speech.dialect import DialectName
from strict_yaml.messages import MESSAGES
from strict_yaml.node import Items, Mark, Node, Pairs
from strict_yaml.validation_fault import CodedText, ValidationFault
from texts.catalogue import Catalogue

CHIME = "chime"
_T = TypeVar("_T")
# texts for faults of a file: the reader's own, and the expected values of these files
_CATALOGUE: Catalogue = {**MESSAGES, **PHRASES}


@dataclass(frozen=True)
class SigningParams:
    """Values that an officer's file does not contain.

    Args:
        issuer: the role that will sign.
        epoch: raised when the role's key is replaced.
        seq: the document's number in its slot and epoch.
        now: the moment of issue, aware UTC.
        media_dir: where media are kept under their digests.
        media_base_url: https address under which stations fetch `<sha256>`.
        editor: who wrote it.
        approver: who approved it.
        doc_id: 32 hex digits; None: random.
    """

    issuer: str
    epoch: int
    seq: int
    now: datetime
    media_dir: Path
    media_base_url: str
    editor: str = ""
    approver: str = ""
    doc_id: str | None = None


class ReadingRules(Protocol):
    """An officer's file, as far as it says how its texts are read aloud.

    Attributes:
        dialect: in which their numbers are read, and by which voice.
        pronunciation: the file of the officers' list, beside the officer's.
    """

    @property
    def dialect(self) -> DialectName | None:
        """See the attribute."""

    @property
    def pronunciation(self) -> str | None:
        """See the attribute."""


@dataclass(frozen=True)
class SourceFile:
    """An officer's file: its text in NFC, the name that faults bear, and where clips are."""

    text: str
    name: str
    folder: Path


def read_source(source: Path | str, clip_dir: Path | None = None) -> SourceFile:
    """Read a file, or take a text; every text inside is NFC, as the contract requires.

    Args:
        source: the file's path, or its text.
        clip_dir: where the names under `play` are looked up; default: the file's own folder.
    """
    if isinstance(source, Path):
        text, name, folder = source.read_text("utf-8"), str(source), clip_dir or source.parent
    else:
        text, name, folder = source, "schedule.yaml", clip_dir or Path()
    return SourceFile(unicodedata.normalize("NFC", text), name, folder)


class UnfitMediumError(ValueError):
    """A value that does not fit; `code` names the expected value, with what it has in brackets."""

    def __init__(self, code: str, *shown: str) -> None:
        super().__init__(code)
        self.code = code
        self.shown = shown


class Compilation:
    """One pass over an officer's file; it collects faults and continues.

    Args:
        source: the file.
        tree: its nodes, for the places of faults.
        issue: values that it does not contain.
    """

    def __init__(self, source: SourceFile, tree: Node | None, issue: SigningParams) -> None:
        self.issue = issue
        self.faults: list[ValidationFault] = []
        self.media: dict[str, Medium] = {}
        self._source = source
        self._tree = tree
        self._kept: dict[str, Medium] = {}  # by name, so that a file is probed once

    def fault(self, path: str, code: str, *args: str, got: str = "") -> None:
        """Add a fault at a path such as `items[0].show.image`; `code` names the expected value."""
        mark = _mark_of(self._tree, path)
        self.faults.append(
            ValidationFault(
                self._source.name, mark.line, mark.column, path, "bad_value", got,
                CodedText(code, args), catalogue=_CATALOGUE,
            )
        )  # fmt: skip

    def attempt(
        self, path: str, deed: Callable[[], _T], code: str = "file.value", got: str = ""
    ) -> _T | None:
        """Return the result of a call, or None after adding its fault under `code`."""
        try:
            return deed()
        except UnfitMediumError as error:
            self.fault(path, error.code, *error.shown, got=got)
        except ConfigError as error:
            self.fault(path, "file.medium", error.hint, got=got or error.subject)
        except (ValueError, OSError) as error:
            self.fault(path, code, str(error), got=got)
        return None

    def header(
        self,
        kind: str,
        *,
        class_: Class,
        to: list[str],
        slot: str,
        begin: datetime,
        end: datetime,
    ) -> dict[str, Any]:
        """The header of a document that is in force from `begin` until `end`."""
        issue = self.issue
        header = build_header(
            kind, issuer=issue.issuer, class_=class_, to=to, slot=slot, seq=issue.seq,
            now=issue.now, lifetime=end - issue.now, epoch=issue.epoch, not_before=begin,
            doc_id=issue.doc_id, editor=issue.editor, approver=issue.approver,
        )  # fmt: skip
        seconds = ("issued", "not_before", "expires")
        return header | {name: header[name].replace(".000Z", "Z") for name in seconds}

    def medium(self, name: str, path: str, family: str) -> Medium | None:
        """Store a file named in the officer's file; `family` is the beginning of its MIME type."""
        medium = self._kept.get(name) or self.attempt(path, lambda: self._store(name), got=name)
        if medium is None:
            return None
        self._kept[name] = medium
        if not medium.mime.startswith(family):
            self.fault(path, "file.type", family, got=f"{name}: {medium.mime}")
            return None
        return self.media.setdefault(medium.sha256, medium)

    def sounds(self, names: str | list[str], path: str) -> list[str]:
        """Digests of sound files, in order."""
        listed = [names] if isinstance(names, str) else names
        where = [path if isinstance(names, str) else f"{path}[{n}]" for n in range(len(listed))]
        media = [self.medium(*pair, "audio/") for pair in zip(listed, where, strict=True)]
        return [medium.sha256 for medium in media if medium is not None]

    def spoken(self, text: str, path: str, reading: ReadingRules) -> TextBody | None:
        """A text that boxes read aloud: its words where the file settles how it is read.

        Else as it was written: each station reads it in its own dialect.
        """
        if reading.dialect is None and reading.pronunciation is None:
            return TextBody(say=text)
        from central.documents.pronunciation import load_pronunciation, settle_words
        from speech.dialect import DIALECTS

        listed = {}
        if reading.pronunciation is not None:
            file = self._source.folder / reading.pronunciation
            if not file.is_file():
                self.fault("pronunciation", "file.exists", got=reading.pronunciation)
                return None
            listed = load_pronunciation(file)
        dialect = DIALECTS[reading.dialect or "north"]
        words = self.attempt(path, lambda: settle_words(text, dialect, listed), got=text)
        return None if words is None else TextBody(say=words, dialect=reading.dialect or UNSET)

    def _store(self, name: str) -> Medium:
        issue = self.issue
        if name == CHIME and not (self._source.folder / name).exists():
            with tempfile.TemporaryDirectory() as scratch:
                chime = make_chime(Path(scratch) / "chime.wav")
                return store_medium(chime, issue.media_dir, issue.media_base_url)
        return store_medium(self.find_file(name), issue.media_dir, issue.media_base_url)

    def find_file(self, name: str) -> Path:
        """The file of this name beside the officer's.

        Raises:
            UnfitMediumError: there is none, or it is elsewhere.
        """
        folder = self._source.folder
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()) or urlsplit(name).scheme:
            raise UnfitMediumError("file.beside")
        if not path.is_file():
            raise UnfitMediumError("file.exists")
        return path


def midnight(day: str, days_later: int) -> datetime:
    """The local midnight at which a day begins (or one so many days later), as UTC.

    Raises:
        ValueError: no such day.
    """
    at = datetime.combine(date.fromisoformat(day), time(), LOCAL) + timedelta(days=days_later)
    return at.astimezone(UTC)


def _mark_of(tree: Node | None, path: str) -> Mark:
    """The place of the deepest node on a path such as `items[0].show.image`."""
    node, mark = tree, Mark(1, 1)
    for step in re.findall(r"[^.\[\]]+", path):
        inner: Any = None
        if isinstance(node, Pairs):
            inner = node.get(step)
        elif isinstance(node, Items) and step.isdigit():
            inner = node.nodes[int(step)] if int(step) < len(node.nodes) else None
        if inner is None:
            break
        node, mark = inner, inner.mark
    return mark
