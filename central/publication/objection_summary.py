"""What stations would refuse, in plain Vietnamese or English, and the resulting refusal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

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
    """Refuse what stations would refuse, and what takes duties away; report all of it at once.

    Raises:
        PlanError: with the code that the stations would give, or E_DUTY.
    """
    decisive = [one for one in objections if is_decisive(one, document, recipients)]
    duties = [one for one in decisive if one.code == "E_DUTY"]
    refused = [one for one in decisive if one.code != "E_DUTY"]
    hints = []
    if refused:
        hints.append(translate(lang, "objection.refused", _list(refused, lang)))
    if duties:
        hints.append(translate(lang, "duty.refused", _list(duties, lang), find_way_out(duties)))
    if decisive:
        raise PlanError((refused or duties)[0].code, document.slot, "\n".join(hints))


def find_way_out(duties: Sequence[Objection]) -> str:
    """The local moment from which on the publication takes no duty away."""
    return format_moment(max(one.what.rpartition(" ")[2] for one in duties))


def _list(objections: Sequence[Objection], lang: Lang) -> str:
    return "".join(f"\n  • {one.code}: {describe_objection(one, lang)}" for one in objections)


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
    if objection.code == "E_DUTY":
        return _duty(objection.what.split(" "), lang)
    if objection.code == "E_BUDGET":
        name, *numbers = objection.what.split(" ")
        return translate(lang, f"budget.{name}", *numbers)
    rule = describe_rule(objection.what, lang)
    if objection.entitled:
        rule = translate(lang, "objection.faces", rule, objection.entitled)
        return translate(lang, "objection.faces_left", rule) if objection.is_partial else rule
    return translate(lang, "objection.left_out", rule) if objection.is_partial else rule


def _duty(words: Sequence[str], lang: Lang) -> str:
    """What is lost, as `early_replacement` names it; the last word is when nothing is any more."""
    if words[0] == "lost":
        return translate(lang, "objection.E_DUTY", format_moment(words[1]))
    _, monday, *rest, _ = words
    on = f"{date.fromisoformat(monday):%d/%m/%Y}"
    return translate(lang, "objection.E_DUTY.language", on, *rest)


def _patterns(objection: Objection) -> list[str]:
    return objection.what.split(", ")
