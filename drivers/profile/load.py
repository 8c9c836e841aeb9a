"""Find a profile by its name and read it strictly; every fault names file, line, key and remedy."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from drivers.errors import BadProfile, UnsupportedFeature
from drivers.profile.judge import find_faults
from drivers.profile.model import Profile
from drivers.profile.tree import TreeFault, parse_tree

# The technician's own come first, so that a corrected profile needs no new release.
FOLDERS: tuple[Path, ...] = (
    Path("/etc/tramtin/firmware-profiles"),
    Path(__file__).resolve().parents[2] / "firmware-profiles",
    Path(sys.prefix) / "share/tramtin/firmware-profiles",
    Path("/usr/share/tramtin/firmware-profiles"),
)
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_PATH = re.compile(r" - at `\$\.?(.*?)`\Z")
_INDEX = re.compile(r"\[(?!\d+\])[^\]]*\]")


def list_profiles() -> list[str]:
    """The names of all profiles found, sorted."""
    return sorted({path.stem for folder in FOLDERS for path in folder.glob("*.yaml")})


def has_profile(name: str) -> bool:
    """Is there a file of that name? It is not read."""
    return _find(name) is not None


def load_profile(name: str) -> Profile:
    """The profile of that name.

    Raises:
        UnsupportedFeature: no such profile; the nearest name is given.
        BadProfile: it cannot be used.
    """
    path = _find(name)
    if path is None:
        import difflib  # only for a wrong name

        known = list_profiles()
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise UnsupportedFeature(name, "load", f"no such profile; known: {', '.join(known)}{hint}")
    return read_profile(path)


@functools.lru_cache(maxsize=32)
def read_profile(path: Path) -> Profile:
    """The profile in a file.

    Raises:
        BadProfile: with every fault of the first sort found: YAML, else types, else meaning.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadProfile(path.stem, "load", f"{path}: {error}") from error
    try:
        tree, lines = parse_tree(text)
        profile: Profile = msgspec.convert(tree, Profile)
    except TreeFault as error:
        raise _bad(path, [(error.line, error.key, error.what)]) from error
    except msgspec.ValidationError as error:
        raise _bad(path, [_explain(str(error), lines)]) from error
    faults = [(_line_of(key, lines), key, what) for key, what in find_faults(profile, path.stem)]
    if faults:
        raise _bad(path, faults)
    return profile


def _find(name: str) -> Path | None:
    if not _NAME.match(name):
        return None
    paths = (folder / f"{name}.yaml" for folder in FOLDERS)
    return next((path for path in paths if path.is_file()), None)


def _bad(path: Path, faults: list[tuple[int, str, str]]) -> BadProfile:
    texts = (f"{path}:{line}: {key + ': ' if key else ''}{what}" for line, key, what in faults)
    return BadProfile(path.stem, "load", "; ".join(texts))


def _explain(text: str, lines: dict[str, int]) -> tuple[int, str, str]:
    """The validator's sentence, with the key that it means and that key's line."""
    found = _PATH.search(text)
    key = found[1] if found else ""
    what = _PATH.sub("", text)
    unknown = re.search(r"unknown field `(.+)`", what)
    if unknown:
        key = f"{key}.{unknown[1]}" if key else unknown[1]
        what = "unknown key: remove it or correct its spelling"
    key = _INDEX.sub("", key)
    return _line_of(key, lines), key, what


def _line_of(key: str, lines: dict[str, int]) -> int:
    return next((lines[near] for near in _outwards(key) if near in lines), 1)


def _outwards(key: str) -> Iterator[str]:
    while key:
        yield key
        key = key.rpartition(".")[0]
    yield ""
