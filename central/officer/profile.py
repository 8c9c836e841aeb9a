"""profile.yaml: who signs on this computer, with which key, trusting which root.

The file stands in a folder of the user's own, beside what it names; `welcome` and `profile` write
it anew. A missing file means that nobody has been welcomed here: every command then wants its
options as ever.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from agent.errors import ConfigError, YamlFaults
from agent.trust.scope import ROLE_NAME
from strict_yaml.loader import load_yaml
from texts.catalogue import Lang

FILE = "profile.yaml"
KEY_FILE = "khoa.pem"
HEADER = "# Written by `tramtin-central welcome`; changed by `tramtin-central profile set`."
Line = Annotated[str, Meta(min_length=1, max_length=120)]


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the commands need not be told again.

    Args:
        name: of the officer, as documents name them.
        place: of their office.
        role: that signs, such as `vn.84.29266`; None: the centre has not told it yet.
        lang: of what the commands print.
        key: the private key's file in the folder, or a token's address; None: not made yet.
        keyid: of the key.
        root_sha256: of the root file that was compared by words, 64 hex; None: none yet.
        tree: the file that names who may sign; None: not received yet.
        media_url: https address under which stations fetch recordings.
        media_dir: where recordings go, relative to the folder one works in.
        approver: who approves this officer's schedules.
        handed_over: whether the centre has got the public part.
        practised: whether the practice was gone through.
    """

    name: Line
    place: Annotated[str, Meta(max_length=120)] = ""
    role: Annotated[str, Meta(pattern=ROLE_NAME.pattern)] | None = None
    lang: Lang = "vi"
    key: str | None = None
    keyid: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")] | None = None
    root_sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")] | None = None
    tree: str | None = None
    media_url: Annotated[str, Meta(pattern=r"^https://\S+\Z")] | None = None
    media_dir: str = "media"
    approver: Annotated[str, Meta(max_length=120)] = ""
    handed_over: bool = False
    practised: bool = False


def load_profile(folder: Path) -> Profile | None:
    """Read the profile; None: there is none.

    Raises:
        YamlFaults: with line and column.
        ConfigError: E_UNREADABLE.
    """
    path = folder / FILE
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("E_UNREADABLE", str(path), str(error)) from error
    profile, _, faults = load_yaml(text, Profile, str(path))
    if profile is None or faults:
        raise YamlFaults(faults)
    return profile


def write_profile(folder: Path, profile: Profile) -> None:
    """Replace the file whole; what has its default is not written.

    Raises:
        ConfigError: E_DISK.
    """
    plain = Profile(name=profile.name)
    fields = {name: getattr(profile, name) for name in Profile.__struct_fields__}
    lines = [
        f"{name}: {json.dumps(value, ensure_ascii=False)}"
        for name, value in fields.items()
        if name in ("name", "lang") or value != getattr(plain, name)
    ]
    write_whole(folder / FILE, "\n".join([HEADER, *lines, ""]).encode())


def write_whole(path: Path, raw: bytes) -> None:
    """Write a file at once, or leave the one that is there.

    Raises:
        ConfigError: E_DISK.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            Path(part).replace(path)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConfigError("E_DISK", str(path), str(error)) from error
