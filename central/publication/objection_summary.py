"""What stations would refuse, in plain Vietnamese or English, and the resulting refusal."""

from __future__ import annotations

from collections.abc import Sequence

from agent.contract.document import Document
from agent.contract.policy_rule import describe_rule
from agent.contract.utc import encode_utc
from agent.errors import PlanError
from central.documents.summary_text import describe_place, format_moment
from central.messages.catalogue import translate
from central.publication.recipients import Recipients, list_names
from central.publication.refusal_forecast import Objection, is_decisive
from texts.catalogue import Lang


def describe_objection(objection: Objection, lang: Lang) -> str:
    """One line: the item, when, how often, by which rule, at which stations."""
    parts = []
    if objection.title:
        parts.append(translate(lang, "objection.item", objection.title))
    if objection.at is not None:
        at = format_moment(encode_utc(objection.at))
        parts.append(translate(lang, "objection.at", at, objection.times))
    parts.append(_rule(objection, lang))
    parts.append(translate(lang, "objection.stations", list_names(objection.stations)))
    return " ".join(parts)


def verify_acceptable(
    objections: Sequence[Objection], document: Document, recipients: Recipients, lang: Lang
) -> None:
    """Refuse what stations would refuse; report all of it at once.

    Raises:
        PlanError: with the code that the stations would give.
    """
    decisive = [one for one in objections if is_decisive(one, document, recipients)]
    if decisive:
        lines = [f"\n  • {one.code}: {describe_objection(one, lang)}" for one in decisive]
        hint = translate(lang, "objection.refused", "".join(lines))
        raise PlanError(decisive[0].code, document.slot, hint)


def notices(
    objections: Sequence[Objection], recipients: Recipients, document: Document, lang: Lang
) -> list[str]:
    """Return notices for a person who publishes all the same."""
    lines = [f"{one.code}: {describe_objection(one, lang)}" for one in objections]
    missed = recipients.missed_by(document) if recipients.is_group else []
    if missed:
        lines.append(translate(lang, "missed", list_names(missed)))
    return [translate(lang, "notice", line) for line in lines]


def _rule(objection: Objection, lang: Lang) -> str:
    if objection.code == "E_STATION":
        places = [
            describe_place(one, lambda *a: translate(lang, *a)) for one in _patterns(objection)
        ]
        return translate(lang, "objection.E_STATION", ", ".join(places))
    if objection.code in ("E_URL", "E_REPLAY", "E_UNSUPPORTED"):
        return translate(lang, f"objection.{objection.code}", objection.what)
    if objection.code == "E_BUDGET":
        name, *numbers = objection.what.split(" ")
        return translate(lang, f"budget.{name}", *numbers)
    rule = describe_rule(objection.what, lang)
    if objection.entitled:
        rule = translate(lang, "objection.faces", rule, objection.entitled)
        return translate(lang, "objection.faces_left", rule) if objection.is_partial else rule
    return translate(lang, "objection.left_out", rule) if objection.is_partial else rule


def _patterns(objection: Objection) -> list[str]:
    return objection.what.split(", ")
