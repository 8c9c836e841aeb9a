"""Proof of a play that follows its record: how far down the chain it was found, and by what.

A proof is a journal record of kind `config` with `what` `proof`. It has no kind of its own: centres
of 0.1.0 refuse a batch with a record kind that they do not know, and a box of 0.1.0 that is put
back onto the card would take its own journal for damaged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

import msgspec

from agent.contract.report import RecordKind

ProofLevel = Literal["A0", "A1", "A2", "A3", "A4", "A5", "A6", "B0", "B1", "B2", "B3"]
ProofMethod = Literal["current", "contact", "line", "microphone", "person", "card", "light"]
# why a box that has witnesses cannot say whether a play was heard
UnknownReason = Literal["safe_mode", "monitor_lost", "drowned", "too_short", "no_change"]
PROOF_KIND: RecordKind = "config"
PROOF = "proof"
PROOF_LEVELS: tuple[ProofLevel, ...] = get_args(ProofLevel)
# how far down the chain each method sees
LEVEL_OF_METHOD: Mapping[ProofMethod, ProofLevel] = {
    "line": "A3",
    "contact": "A4",
    "current": "A4",
    "microphone": "A5",
    "person": "A6",
    "card": "B2",
    "light": "B3",
}
# A picture's own record has the levels of sound, the only ones that a centre of 0.1.0 takes:
# B0 drawn, B1 handed to the board, B2 confirmed by the control card, B3 seen from outside.
PICTURE_LEVELS: Mapping[ProofLevel, ProofLevel] = {"A0": "B0", "A1": "B0", "A2": "B1"}


class PlayProof(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was found about one play.

    Args:
        epoch: with `seq` the key of the play's record.
        seq: see `epoch`.
        level: the highest that was reached.
        heard: False where a check that should have found the sound did not; None: not known.
        method: what reached `level`, or found nothing; None where nothing could look.
        why: the reason for which it is not known.
        scores: each `<method> <number> <found> of <looked>`; number: correlation of envelopes,
            or the value drawn.
        zones: those for which nothing was found.
        programs: each `<face> <id> <file>` that a sign said it played, when it was read back.
    """

    epoch: str
    seq: int
    level: ProofLevel
    heard: bool | None = None
    method: ProofMethod | None = None
    why: UnknownReason | None = None
    scores: list[str] = []
    zones: list[str] = []
    programs: list[str] = []


def build_detail(proof: PlayProof) -> dict[str, str | int | float | bool | list[str] | None]:
    """The `detail` of the record."""
    return {"what": PROOF, **msgspec.to_builtins(proof)}


def read_proof(detail: Mapping[str, Any] | None) -> PlayProof | None:
    """The proof in the `detail` of a record of `PROOF_KIND`; None for any other."""
    if detail is None or detail.get("what") != PROOF:
        return None
    try:
        return msgspec.convert(detail, PlayProof)
    except msgspec.ValidationError:
        return None
