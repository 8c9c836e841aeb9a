"""The issues `not_heard` and `not_seen`: while a play still lasts, or by the verdict at its end.

Looks are counted within one play: what was missed at the end of one and at the begin of the next
is no silence. A play that is too short for a row of looks has its verdict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping

from agent.contract.proof import PlayProof, ProofMethod
from agent.verifier.play_evidence import Look

SetIssue = Callable[[str, str, str | None], None]
NOT_HEARD, NOT_SEEN = "not_heard", "not_seen"
# looks in a row that find nothing: one a second, of a current and of light one in five seconds
SILENT_LOOKS: Mapping[ProofMethod, int] = {
    "line": 5, "microphone": 5, "contact": 3, "current": 3, "light": 3,
}  # fmt: skip


class SilenceIssues:
    """What is silent now, by output or zone.

    Args:
        set_issue: begins or ends `not_heard` and `not_seen`.
    """

    def __init__(self, set_issue: SetIssue) -> None:
        self._set_issue = set_issue
        self._rows: Counter[tuple[str, ProofMethod]] = Counter()
        self._silent: set[tuple[str, ProofMethod]] = set()

    def on_begin(self, places: Collection[str]) -> None:
        """A play begins: rows of looks start anew. What is silent stays so until it is found.

        Args:
            places: its output and that one's zones.
        """
        for key in [one for one in self._rows if one[0] in places]:
            del self._rows[key]

    def on_look(self, look: Look) -> None:
        """Count a look; the first that finds the sound ends the issue."""
        least = SILENT_LOOKS.get(look.method)
        if least is None:
            return
        key = look.where, look.method
        if look.is_found:
            del self._rows[key]
            self._silent.discard(key)
            kind = _kind_of(look.method)
            others = [one for where, one in self._silent if where == look.where]
            if kind not in map(_kind_of, others):
                self._set_issue(kind, look.where, None)
            return
        self._rows[key] += 1
        if self._rows[key] >= least:
            self._begin(look.where, look.method, _describe(look))

    def on_verdict(self, output: str, proof: PlayProof) -> None:
        """A play is over and was judged. What a control card finds has issues of its own."""
        if proof.heard is False and proof.method is not None and proof.method != "card":
            for where in proof.zones or [output]:
                self._begin(where, proof.method, "; ".join(proof.scores))

    def _begin(self, where: str, method: ProofMethod, hint: str) -> None:
        self._silent.add((where, method))
        self._set_issue(_kind_of(method), where, hint)


def _kind_of(method: ProofMethod) -> str:
    return NOT_SEEN if method == "light" else NOT_HEARD


def _describe(look: Look) -> str:
    match look.method:
        case "contact":
            return "contact: the amplifier reports a fault"
        case "current":
            return f"current: {look.value:.2f}"
        case "light":
            return f"light: {look.value:.2f} of the change that was due"
        case _:
            return f"{look.method}: correlation {look.value:.2f}"
