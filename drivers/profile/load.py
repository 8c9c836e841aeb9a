"""Find a profile by its name and read it strictly; every fault names file, line, key and remedy."""

from __future__ import annotations

import functools
import re
import sys
from pathlib import Path

from drivers.errors import BadProfile, UnsupportedFeature
from drivers.profile.model import Profile
from drivers.profile.validate import find_faults
from strict_yaml.loader import load_yaml
from strict_yaml.node import Node, find_key_mark
from strict_yaml.validation_fault import ValidationFault, sort_faults

# Local profiles come first, so that a corrected profile needs no new release.
FOLDERS: tuple[Path, ...] = (
    Path("/etc/tramtin/firmware-profiles"),
    Path(__file__).resolve().parents[2] / "firmware-profiles",
    Path(sys.prefix) / "share/tramtin/firmware-profiles",
    Path("/usr/share/tramtin/firmware-profiles"),
)
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_STEP = re.compile(r"[^.\[\]]+")


def list_profiles() -> list[str]:
    """The names of all profiles found, sorted."""
    return sorted({path.stem for folder in FOLDERS for path in folder.glob("*.yaml")})


def has_profile(name: str) -> bool:
    """Is there a file of that name? It is not read."""
    return _find(name) is not None


def load_profile(name: str) -> Profile:
    """The profile of that name.

    Raises:
        UnsupportedFeature: no such profile; the text suggests the nearest name.
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
        BadProfile: with all faults of form and type, or else all faults between values.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadProfile(path.stem, "load", f"{path}: {error}") from error
    profile: Profile | None
    profile, tree, faults = load_yaml(text, Profile, str(path))
    if profile is not None and tree is not None:
        faults = [_fault(path, key, what, tree) for key, what in find_faults(profile, path.stem)]
    if profile is None or faults:
        raise BadProfile(path.stem, "load", "; ".join(map(str, sort_faults(faults))))
    return profile


def _find(name: str) -> Path | None:
    if not _NAME.match(name):
        return None
    paths = (folder / f"{name}.yaml" for folder in FOLDERS)
    return next((path for path in paths if path.is_file()), None)


def _fault(path: Path, key: str, what: str, tree: Node) -> ValidationFault:
    """The fault of a key such as `quality[1].reason`, with its place in the file."""
    steps = tuple(int(step) if step.isdigit() else step for step in _STEP.findall(key))
    mark = find_key_mark(tree, steps)
    return ValidationFault(str(path), mark.line, mark.column, key, "rule", what)
