"""A moment that is over: by which documents it is explained, and what is on record of it.

The plan of then is rebuilt from the documents that were held then; the record is what the journal
has. Both are set side by side, so that a person sees where they differ. What nobody can know any
more is named by a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from agent.plan.why import WhyAnswer

HeldBy = Literal["accepted", "published"]
Verdict = Literal["as_planned", "differs", "no_record", "not_reached"]
CERTAIN = frozenset({"refused", "no_config"})  # notes that leave no doubt
UNKNOWN_BEFORE = frozenset({"former", "withdrawn", "pruned"})  # doubt before their moment alone


class DocumentThen(msgspec.Struct, frozen=True, kw_only=True):
    """A document that held at the moment.

    Args:
        kind: of the document.
        issuer: its role.
        slot: in which it stood.
        doc_id: its id.
        epoch: with `seq` its number.
        seq: see `epoch`.
        since: from when on it held there.
        by: did the station say so, or was it published then?
    """

    kind: str
    issuer: str
    slot: str
    doc_id: str
    epoch: int
    seq: int
    since: datetime
    by: HeldBy


class PastNote(msgspec.Struct, frozen=True, kw_only=True):
    """What is not known of the moment, or what a station refused.

    Args:
        code: `former`, what stood in this place before `at` is not kept; `withdrawn`, whether it
            was in force before `at` is not known; `pruned`, what expired before is not kept since
            `at`; `zone_kinds` and `faces`, the kinds of clusters and the faces are those told at
            `at`; `no_config`, no station-config held; `refused_later`, the station refused it at
            `at` after it had accepted it; `refused`, the station refused it and what stood there
            before held.
        kind: of the document; empty where it is no document's matter.
        name: `issuer/slot`.
        at: see `code`.
        detail: the code of a refusal.
    """

    code: str
    kind: str = ""
    name: str = ""
    at: datetime | None = None
    detail: str = ""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """A play as it is on record.

    Args:
        medium: sound or picture.
        zones: on which it was to be.
        title: of the item.
        doc_id: of its document; empty: nobody signed it.
        entry_id: of the item.
        planned_start: by the plan; None: the record has none.
        planned_end: see `planned_start`.
        start: when it began; None: it never did.
        end: when it ended; None: it never began, or it is still on.
        result: full, cut, skipped, failed; empty: it is still on.
        reason: why it is not `full`.
        proof: how far down the chain it was found, A0 to A6.
        heard: was it heard? None: not known.
    """

    medium: str
    zones: tuple[str, ...]
    title: str
    doc_id: str
    entry_id: str
    planned_start: datetime | None
    planned_end: datetime | None
    start: datetime | None
    end: datetime | None
    result: str
    reason: str = ""
    proof: str = ""
    heard: bool | None = None

    def is_on(self, at: datetime) -> bool:
        """Did it sound, or show, at a moment?"""
        return self.start is not None and self.start <= at and (self.end is None or at < self.end)

    def concerns(self, at: datetime) -> bool:
        """Was it on at a moment, or planned to be?"""
        if self.planned_start is None or self.planned_end is None:
            return self.is_on(at)
        return self.is_on(at) or self.planned_start <= at < self.planned_end


class OutputRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What is on record of one output, beside its answer.

    Args:
        verdict: `as_planned`; `differs`; `no_record`, the journal is there and has nothing of it;
            `not_reached`, the journal of that time has not come, or is not kept.
        plays: on record for the output, in the order of their starts.
    """

    verdict: Verdict
    plays: tuple[Recorded, ...] = ()


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a moment that is over, beside the answers of `why.explain`.

    Args:
        documents: that held then.
        notes: what is not known, and what was refused.
        records: one for each answer, in the same order.
        reached_at: up to when the journal is there; None: there is none, or it has a hole there.
    """

    documents: tuple[DocumentThen, ...] = ()
    notes: tuple[PastNote, ...] = ()
    records: tuple[OutputRecord, ...] = ()
    reached_at: datetime | None = None


def compare(
    answers: Sequence[WhyAnswer],
    plays: Iterable[Recorded],
    from_at: datetime | None,
    reached_at: datetime | None,
) -> tuple[OutputRecord, ...]:
    """Set what is on record beside the answers.

    Args:
        answers: of one moment.
        plays: on record.
        from_at: since when the journal is kept; None: since ever.
        reached_at: up to when it is there; None: there is none.
    """
    found = [one for one in plays if answers and one.concerns(answers[0].at)]
    found.sort(key=lambda one: (one.start or one.planned_start or answers[0].at, one.title))
    return tuple(_compare(one, answers, found, from_at, reached_at) for one in answers)


def _compare(
    answer: WhyAnswer,
    answers: Sequence[WhyAnswer],
    found: Sequence[Recorded],
    from_at: datetime | None,
    reached_at: datetime | None,
) -> OutputRecord:
    own = [one for one in found if _is_here(one, answer) and _is_of(one, answer)]
    # what another output has by the plan is no matter of this one
    others = [
        one for one in found if _is_here(one, answer) and not any(_is_of(one, a) for a in answers)
    ]
    plays = tuple(one for one in found if one in own or one in others)
    is_foreign = any(one.is_on(answer.at) for one in others)
    if any(one.is_on(answer.at) for one in own):
        return OutputRecord(verdict="as_planned", plays=plays)
    if own or is_foreign:
        return OutputRecord(verdict="differs", plays=plays)
    if not _is_kept(answer, from_at, reached_at):
        return OutputRecord(verdict="not_reached", plays=plays)
    return OutputRecord(verdict="no_record" if answer.doc_id else "as_planned", plays=plays)


def _is_here(one: Recorded, answer: WhyAnswer) -> bool:
    medium = "sound" if answer.medium == "sound" else "picture"
    is_everywhere = not answer.zones or "*" in answer.zones or "*" in one.zones
    return one.medium == medium and (is_everywhere or not set(one.zones).isdisjoint(answer.zones))


def _is_of(one: Recorded, answer: WhyAnswer) -> bool:
    """Is it what the answer says is on? An emergency has no items."""
    if not answer.doc_id or one.doc_id != answer.doc_id:
        return False
    return answer.state == "emergency" or one.entry_id == answer.entry_id


def _is_kept(answer: WhyAnswer, from_at: datetime | None, reached_at: datetime | None) -> bool:
    """Would a play of that moment be in the journal?"""
    end_at = answer.until if answer.doc_id and answer.until is not None else answer.at
    is_begun = from_at is None or from_at <= answer.at
    return is_begun and reached_at is not None and reached_at >= end_at


def list_not_known(notes: Iterable[PastNote]) -> tuple[str, ...]:
    """The codes of what is not known, each once."""
    return tuple(dict.fromkeys(one.code for one in notes if one.code not in CERTAIN))
