"""Where Khmer text, which has no spaces, may break: between words, by the dictionary of ICU.

ICU's C interface is called directly (unicode/ubrk.h): three functions of a library that is on every
machine with ffmpeg. Its functions bear its version in their names. See docs/decisions/0064.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

FOLDERS = ("/usr/lib", "/usr/local/lib")
_NAME = re.compile(r"libicuuc\.so\.(\d+)")
_LINE = 2  # UBRK_LINE
_DONE = -1  # UBRK_DONE

Breaker = Callable[[str], Iterable[int]]


def find_library() -> tuple[str, str] | None:
    """The path of the newest ICU on this machine and its version, if any."""
    paths = [path for folder in FOLDERS for path in Path(folder).glob("*/libicuuc.so.*")]
    paths += [path for folder in FOLDERS for path in Path(folder).glob("libicuuc.so.*")]
    found = [(int(match[1]), path) for path in paths if (match := _NAME.fullmatch(path.name))]
    version, path = max(found, default=(0, Path()))
    return (str(path), str(version)) if found else None


@lru_cache(maxsize=1)
def _load() -> Breaker | None:
    """Opens the library once; None where there is none, or one without these functions."""
    found = find_library()
    if found is None:
        return None
    path, version = found
    try:
        library = ctypes.CDLL(path)
        opening, following, closing = (
            getattr(library, f"ubrk_{name}_{version}") for name in ("open", "next", "close")
        )
    except (OSError, AttributeError):
        return None
    opening.restype, following.restype = ctypes.c_void_p, ctypes.c_int32
    opening.argtypes = [
        ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int32,
        ctypes.POINTER(ctypes.c_int),
    ]  # fmt: skip
    following.argtypes = closing.argtypes = [ctypes.c_void_p]

    def find(text: str) -> Iterable[int]:
        units = text.encode("utf-16-le")
        buffer, status = ctypes.create_string_buffer(units, len(units) + 2), ctypes.c_int(0)
        breaker = opening(_LINE, b"km", buffer, len(units) // 2, ctypes.byref(status))
        if status.value > 0:  # U_FAILURE
            return
        try:
            while (at := following(breaker)) != _DONE:
                yield at
        finally:
            closing(breaker)

    return find


def has_dictionary() -> bool:
    """Is there a dictionary of Khmer words on this machine?"""
    return len(split_words("ខ្ញុំស្រឡាញ់")) == 2  # I, love


@lru_cache(maxsize=64)
def split_words(text: str) -> tuple[str, ...]:
    """The pieces of a line of text behind each of which it may break; one where nobody knows."""
    breaker = _load()
    if breaker is None or not text:
        return (text,)
    units = text.encode("utf-16-le")
    pieces, begin = [], 0
    for at in breaker(text):
        pieces.append(units[begin * 2 : at * 2].decode("utf-16-le"))
        begin = at
    rest = units[begin * 2 :].decode("utf-16-le")
    return tuple([*pieces, rest] if rest else pieces)
