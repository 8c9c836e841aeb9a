"""A fault of a YAML file: its place, its code, the expected value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from strict_yaml.messages import MESSAGES
from texts.catalogue import Catalogue, Lang, look_up

HIDDEN = "******"  # replaces a secret
Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class CodedText:
    """A text by its code in the catalogue of the fault that holds it, with its arguments."""

    code: str
    args: tuple[str | CodedText, ...] = ()

    def text(self, lang: Lang = "en", catalogue: Catalogue = MESSAGES) -> str:
        """The text in a language."""
        args = (arg if isinstance(arg, str) else arg.text(lang, catalogue) for arg in self.args)
        return look_up(catalogue, self.code, lang, *args)


@dataclass(frozen=True)
class ValidationFault:
    """One fault at one place.

    Args:
        file: the caller's name of the file.
        line: from 1; 0 when the fault concerns the whole file.
        column: from 1, in characters.
        key: path such as `outputs[0].zones[1].kind`; empty for the whole file.
        what: stable code of the fault.
        got: the text in the file; may be empty. A text of `what` with a placeholder for it, such
            as that of `syntax`, contains it.
        expected: the expected value; None when `what` is sufficient.
        hint: the suggestion for "did you mean", or empty.
        severity: a `warning` is legal but risky; the settings are still valid.
        catalogue: where the codes are looked up; contains at least `MESSAGES`.
    """

    file: str
    line: int
    column: int
    key: str
    what: str
    got: str = ""
    expected: CodedText | None = None
    hint: str = ""
    severity: Severity = "error"
    catalogue: Catalogue = field(default_factory=lambda: MESSAGES, repr=False, compare=False)

    def text(self, lang: Lang = "en") -> str:
        """`file:line:column: key: what; got …; expected …; did you mean …`."""
        what = look_up(self.catalogue, self.what, lang)
        parts = [look_up(self.catalogue, self.what, lang, self.got)]
        if self.got and "{0}" not in what:
            parts.append(look_up(MESSAGES, "got", lang, self.got))
        if self.expected is not None:
            wanted = self.expected.text(lang, self.catalogue)
            parts.append(look_up(MESSAGES, "expected", lang, wanted))
        if self.hint:
            parts.append(look_up(MESSAGES, "did_you_mean", lang, self.hint))
        where = f"{self.file}:{self.line}:{self.column}: "
        if self.severity == "warning":
            where += f"{look_up(MESSAGES, 'warning', lang)}: "
        return where + (f"{self.key}: " if self.key else "") + "; ".join(parts)

    def __str__(self) -> str:
        return self.text("en")


def sort_faults(faults: Iterable[ValidationFault]) -> list[ValidationFault]:
    """Sort faults by their place in the file."""
    return sorted(faults, key=lambda fault: (fault.line, fault.column, fault.key))
