"""A fault of a YAML file: where it stands, what is wrong, what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from agent.errors import ConfigError
from agent.settings.text import Lang, say

HIDDEN = "******"  # stands for a secret
# `got` is not what stands in the file but what came of it, in English
DETAILED = frozenset({"E_ROOT", "E_KEY", "E_DRIVER", "bad_profile", "syntax"})
Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Mark:
    """A place in a file, both from 1; the column counts characters."""

    line: int
    column: int


@dataclass(frozen=True)
class Words:
    """A phrase looked up in `text.PHRASES` by a stable code, with its arguments."""

    code: str
    args: tuple[str | Words, ...] = ()

    def text(self, lang: Lang = "en") -> str:
        """The phrase in a language."""
        args = (arg if isinstance(arg, str) else arg.text(lang) for arg in self.args)
        return say(self.code, lang, *args)


@dataclass(frozen=True)
class Fault:
    """One fault at one place.

    Args:
        file: how the caller names the file.
        line: from 1; 0 when the fault is of the file as a whole.
        column: from 1, in characters.
        key: path such as `outputs[0].zones[1].kind`; empty for the whole file.
        what: stable code of the fault.
        got: what stands there, as written; may be empty.
        expected: what should stand there; None when `what` says it all.
        hint: what was probably meant, for "did you mean", or empty.
        severity: a `warning` is legal but risky; the settings are good all the same.
    """

    file: str
    line: int
    column: int
    key: str
    what: str
    got: str = ""
    expected: Words | None = None
    hint: str = ""
    severity: Severity = "error"

    def text(self, lang: Lang = "en") -> str:
        """`file:line:column: key: what; got …; expected …; did you mean …`."""
        parts = [say(self.what, lang)]
        if self.what in DETAILED:
            parts.append(self.got)
        elif self.got:
            parts.append(say("got", lang, self.got))
        if self.expected is not None:
            parts.append(say("expected", lang, self.expected.text(lang)))
        if self.hint:
            parts.append(say("did_you_mean", lang, self.hint))
        where = f"{self.file}:{self.line}:{self.column}: "
        if self.severity == "warning":
            where += f"{say('warning', lang)}: "
        return where + (f"{self.key}: " if self.key else "") + "; ".join(parts)

    def __str__(self) -> str:
        return self.text("en")


class Found(NamedTuple):
    """What a rule found; the loader adds the file's name. Fields as those of `Fault`."""

    mark: Mark
    key: str
    what: str
    got: str = ""
    expected: Words | None = None
    hint: str = ""
    severity: Severity = "error"

    def at(self, file: str) -> Fault:
        """The fault in a file."""
        return Fault(file, self.mark.line, self.mark.column, *self[1:])


class SettingsFaults(ConfigError):  # noqa: N818 - it is many
    """All faults of one file at once, in the order in which they stand.

    Args:
        faults: at least one.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: (fault.line, fault.column, fault.key))
        super().__init__(
            "E_SETTINGS", self.faults[0].file, "\n".join(str(fault) for fault in self.faults)
        )

    def __str__(self) -> str:
        return self.hint
