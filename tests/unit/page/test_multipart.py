"""Forms with files as browsers send them, cut anywhere."""

from __future__ import annotations

import contextlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.page.multipart import Multipart, PartBegun, PartBytes, find_boundary

# RFC 7578 section 4: a text field and two files, one of them empty.
FORM = (
    b"--AaB03x\r\n"
    b'content-disposition: form-data; name="field1"\r\n\r\nJoe Blow\r\n'
    b"--AaB03x\r\n"
    b'content-disposition: form-data; name="pics"; filename="file1.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\n"
    b"one\r\ntwo\r\n--AaB03\r\n--no boundary--\r\n\r\n"
    b"--AaB03x\r\n"
    b'Content-Disposition: form-data; name="empty"; filename=""\r\n'
    b"Content-Type: application/octet-stream\r\n\r\n"
    b"\r\n--AaB03x--\r\n"
)
FILES = [
    ("field1", "", b"Joe Blow"),
    ("pics", "file1.txt", b"one\r\ntwo\r\n--AaB03\r\n--no boundary--\r\n"),
    ("empty", "", b""),
]


def read(blocks: list[bytes]) -> list[tuple[str, str, bytes]]:
    form = Multipart(b"AaB03x")
    found: list[tuple[str, str, bytes]] = []
    for block in blocks:
        for event in form.feed(block):
            if isinstance(event, PartBegun):
                found.append((event.field, event.filename, b""))
            elif isinstance(event, PartBytes):
                *name, content = found[-1]
                found[-1] = (name[0], name[1], content + event.content)
    assert form.is_over
    return found


def test_a_form_is_read_whole() -> None:
    assert read([FORM]) == FILES


def test_a_form_is_read_byte_by_byte() -> None:
    assert read([FORM[at : at + 1] for at in range(len(FORM))]) == FILES


@given(st.lists(st.integers(0, len(FORM)), max_size=8))
def test_a_form_is_read_wherever_it_is_cut(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(FORM)]
    assert read([FORM[a:b] for a, b in pairwise(places)]) == FILES


@given(st.binary(max_size=400))
def test_any_bytes_are_a_form_or_refused(raw: bytes) -> None:
    with contextlib.suppress(ValueError):
        list(Multipart(b"AaB03x").feed(b"--AaB03x\r\n" + raw))


def test_a_head_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="head"):
        list(Multipart(b"AaB03x").feed(b"--AaB03x\r\n" + b"a" * 5_000))


@pytest.mark.parametrize(
    ("text", "boundary"),
    [
        ("multipart/form-data; boundary=AaB03x", b"AaB03x"),
        ('multipart/form-data; boundary="gc0p4Jq0M:2Y"', b"gc0p4Jq0M:2Y"),
        ("multipart/mixed; boundary=x", None),
        ("application/x-www-form-urlencoded", None),
        ("multipart/form-data; boundary=" + "x" * 71, b"x" * 70),
    ],
)
def test_the_boundary_is_in_the_type(text: str, boundary: bytes | None) -> None:
    assert find_boundary(text) == boundary
