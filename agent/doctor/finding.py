"""A fact that a probe found: a stable code, its text in two languages, and the next step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from agent.contract.issues.catalogue import ISSUE_KINDS
from agent.doctor.messages import PHRASES
from texts.catalogue import Lang

State = Literal["good", "warning", "fault", "not_checked"]


@dataclass(frozen=True)
class ProbeFinding:
    """One fact about the box.

    Args:
        state: `not_checked` when it could not be examined, which is neither good nor bad.
        code: of `doctor.messages.PHRASES`, or a kind of `contract.issues.catalogue.ISSUE_KINDS`.
        args: what the phrase is about: names and figures.
        detail: the mechanism, in English, for the expert.
    """

    state: State
    code: str
    args: tuple[str, ...] = ()
    detail: str = ""

    def text(self, lang: Lang) -> str:
        """The fact."""
        if self.code in ISSUE_KINDS:
            about = f" ({', '.join(self.args)})" if self.args else ""
            return ISSUE_KINDS[self.code].text.render(lang) + about
        return PHRASES[self.code].render(lang, *self.args)

    def step(self, lang: Lang) -> str:
        """What to do next; empty when there is nothing to do."""
        if self.code in ISSUE_KINDS:
            return ISSUE_KINDS[self.code].repair.render(lang)
        step = PHRASES.get(f"{self.code}.step")
        return "" if step is None else step.render(lang, *self.args)

    def to_dict(self) -> dict[str, Any]:
        """As plain values, in both languages, for the bundle that the centre reads."""
        return {
            "state": self.state,
            "code": self.code,
            "args": list(self.args),
            "detail": self.detail,
            "vi": self.text("vi"),
            "en": self.text("en"),
            "step_vi": self.step("vi"),
            "step_en": self.step("en"),
        }


def good(code: str, *args: str) -> ProbeFinding:
    """All is well."""
    return ProbeFinding("good", code, args)


def warning(code: str, *args: str, detail: str = "") -> ProbeFinding:
    """It works now and stops working when nothing is done."""
    return ProbeFinding("warning", code, args, detail)


def fault(code: str, *args: str, detail: str = "") -> ProbeFinding:
    """It stops sound, picture or proof."""
    return ProbeFinding("fault", code, args, detail)


def unseen(code: str, *args: str, detail: str = "") -> ProbeFinding:
    """It could not be examined."""
    return ProbeFinding("not_checked", code, args, detail)
