"""What a report may hold: sizes, numbers and the shape of each record kind.

A signature proves which device made a report, not that its content is valid. The holder of a stolen
device key can sign anything, so no report may stop the centre, reach its tables in a form that the
readers do not expect, or control a terminal.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import UNSET

from agent.contract.report import (
    MAX_PICTURE_BYTES,
    MAX_PICTURES,
    FacePicture,
    Health,
    Hello,
    LogBatch,
    Record,
    Result,
)
from agent.contract.utc import is_utc

# Bytes of a whole message; an honest box stays far below.
MAX_MESSAGE_BYTES = {
    "hello": 384 * 1024,
    "log": 128 * 1024,
    "health": 128 * 1024,
    "res": 128 * 1024,  # with pictures of two faces
    "state": 256,
}
MAX_RECORD_BYTES = 30 * 1024  # one record must fit a batch of 32 KiB
MAX_NUMBER = 2**53 - 1
MAX_SESSION = 2**31 - 1
MAX_ITEMS = 1024
MAX_NAME = 256
MAX_TEXT = 4096
PNG = b"\x89PNG\r\n\x1a\n"
_FACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# C0 without line feed and tab, DEL, C1, line separators, bidirectional overrides and isolates.
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


class ReportError(Exception):
    """A report that is refused: E_STATION, E_SIZE, E_ENVELOPE, E_SIGNATURE or E_SCHEMA."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


def strip_control(text: str) -> str:
    """Replace control characters of a text by U+FFFD, so that it cannot control a terminal."""
    return _CONTROL.sub("\ufffd", text)


def escape_control(json_text: str) -> str:
    """Write control characters of a JSON text as escapes: the same data, safe to print."""
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", json_text)


def verify_size(channel: str, message: bytes) -> None:
    """Refuse a message that is larger than any honest one.

    Raises:
        ReportError: E_SIZE.
    """
    limit = MAX_MESSAGE_BYTES.get(channel, 0)
    if len(message) > limit:
        raise ReportError("E_SIZE", f"{len(message)} bytes, at most {limit}")


def verify_report_content(report: Hello | LogBatch | Health | Result) -> None:
    """Refuse numbers, counts and texts beyond what an honest box sends.

    A log batch is verified record by record where it is committed.

    Raises:
        ReportError: E_SCHEMA.
    """
    match report:
        case Hello():
            _verify_number("session", report.session, 1, MAX_SESSION)
            _verify_number("last_seq", report.last_seq, 0, MAX_NUMBER)
            _verify_names(report.epoch, report.boot_id, report.nonce, report.place or "")
        case Health():
            _verify_number("session", report.session, 1, MAX_SESSION)
            _verify_number("outbox", report.outbox.rows, 0, MAX_NUMBER)
        case LogBatch():
            _verify_names(report.epoch)
        case Result():
            _verify_names(report.doc_id or "", report.code or "", report.kind, report.sha256)
            if report.pictures is not UNSET:
                _verify_pictures(report.pictures)
                report = msgspec.structs.replace(report, pictures=UNSET)
    if not isinstance(report, LogBatch):
        _verify_tree(msgspec.to_builtins(report))


def find_record_fault(record: Record, size: int) -> str | None:
    """Return what is wrong with one journal record of a batch, or None.

    Args:
        record: as decoded.
        size: of its exact text, in bytes.
    """
    if size > MAX_RECORD_BYTES:
        return f"{size} bytes in one record"
    if not 1 <= record.seq <= MAX_NUMBER:
        return f"seq {record.seq} is not 1 to {MAX_NUMBER}"
    has_play, has_detail = record.play is not None, record.detail is not None
    if (has_play, has_detail) != (record.kind == "play", record.kind != "play"):
        return f"a record of kind {record.kind} without what belongs to it"
    try:
        _verify_tree(msgspec.to_builtins(record))
    except ReportError as error:
        return error.detail
    return None


def _verify_number(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise ReportError("E_SCHEMA", f"{name} is not {least} to {most}")


def _verify_names(*names: str) -> None:
    for name in names:
        if len(name) > MAX_NAME or _CONTROL.search(name):
            raise ReportError("E_SCHEMA", "an identifier that is too long or holds control signs")


def _verify_pictures(pictures: list[FacePicture]) -> None:
    """They are kept as bytes and never drawn here; a file must not be something else."""
    if len(pictures) > MAX_PICTURES:
        raise ReportError("E_SCHEMA", f"{len(pictures)} pictures, at most {MAX_PICTURES}")
    for one in pictures:
        _verify_names(one.face, one.at, one.frame_sha256)
        if not one.png.startswith(PNG) or len(one.png) > MAX_PICTURE_BYTES:
            raise ReportError("E_SCHEMA", f"no PNG of at most {MAX_PICTURE_BYTES} bytes")
        if not _FACE.fullmatch(one.face) or not is_utc(one.at):
            raise ReportError("E_SCHEMA", "a picture without its face or its moment")


def _verify_tree(value: Any) -> None:
    """Verify that every text, list and number inside is bounded."""
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise ReportError("E_SCHEMA", f"a text of {len(value)} characters")
    elif isinstance(value, dict):
        _verify_count(len(value))
        for name, item in value.items():
            _verify_names(name)
            _verify_tree(item)
    elif isinstance(value, list | tuple):
        _verify_count(len(value))
        for item in value:
            _verify_tree(item)
    elif isinstance(value, int) and abs(value) > MAX_NUMBER * 1024:  # mono_ns counts nanoseconds
        raise ReportError("E_SCHEMA", "a number that no honest box sends")


def _verify_count(count: int) -> None:
    if count > MAX_ITEMS:
        raise ReportError("E_SCHEMA", f"{count} entries in one list")
