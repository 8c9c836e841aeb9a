"""What each output does now, what comes next and why, its amplifiers and its faces."""

from __future__ import annotations

from urllib.parse import quote

from agent.contract.policy_rule import describe_precedence, describe_refused
from agent.contract.report import Why
from agent.control.station_status import (
    FaceStatus,
    ItemStatus,
    OutputStatus,
    PlacementRule,
    SoundPathStatus,
    StationStatus,
    ZoneStatus,
)
from agent.control.voice_level import judge_peak
from agent.page.html import Html, el, join
from agent.page.translator import Translator

PROMINENT = (
    "emergency", "emergency_voice", "priority", "relay", "local_voice", "local_key",
)  # fmt: skip


def build_outputs(status: StationStatus, translator: Translator) -> Html:
    """All outputs in the order of the settings."""
    return el(
        "section",
        el("h2", translator("outputs")),
        (_output(output, status, translator) for output in status.outputs),
        id="outputs",
    )


def _output(output: OutputStatus, status: StationStatus, translator: Translator) -> Html:
    is_board = bool(output.faces)
    state = (
        el("span", translator("process.down"), class_="alarm") if output.is_up is False else None
    )
    idle = _trials(output, status, translator) or translator(
        "nothing.shown" if is_board else "nothing.now"
    )
    if output.is_up is False:
        idle = translator("mark.unchecked")
    reasons = _reasons(output.why, translator)
    pairs = [
        (
            translator("now"),
            join(_now(output.now, status, translator) if output.now else idle, *reasons),
        ),
        (translator("next"), _next(output.next, status, translator)),
    ]
    if output.next is not None and output.next.why is not None:
        pairs.append((translator("why"), _why(output.next, translator)))
    if not is_board:
        pairs.append((translator("volume"), _volume(output, translator)))
    if output.path is not None:
        pairs.append((translator("card"), _path(output.path, translator)))
    return el(
        "div",
        el("h3", output.name, " ", state),
        el("dl", (join(el("dt", key), el("dd", value)) for key, value in pairs), class_="pair"),
        el("ul", (_zone(zone, status, translator) for zone in output.zones), class_="zones")
        if output.zones
        else None,
        el("div", (_face(face, translator) for face in output.faces), class_="faces")
        if output.faces
        else None,
        class_="out",
    )


def _reasons(why: Why, translator: Translator) -> list[Html]:
    """What gives way to what is on now, what keeps the schedule off, and what is refused now."""
    told = []
    if why.rule is not None:
        over = translator.title(why.over or "")
        words = describe_precedence(why.rule, over, translator.lang)
        more = translator("why.more", str(why.losers - 1)) if why.losers else ""
        told.append(f"{words}{more}")
    if why.refused is not None:
        title, code, rule = why.refused
        told.append(describe_refused(translator.title(title), code, rule, translator.lang))
    return [join(el("br"), el("small", one)) for one in told]


def _trials(output: OutputStatus, status: StationStatus, translator: Translator) -> str:
    """The tests that run on this output: it is neither dark nor still."""
    places = {zone.name for zone in output.zones} | {face.name for face in output.faces}
    trials = [one for one in status.trials if one.where in places]
    return ", ".join(translator("trial", translator(one.test).lower(), one.where) for one in trials)


def _tag(item: ItemStatus, translator: Translator) -> Html | None:
    if item.level not in PROMINENT:
        return None
    return el("span", translator(f"level.{item.level}"), class_=f"tag {item.level}")


def describe_end(item: ItemStatus, status: StationStatus, translator: Translator) -> str:
    """Until when; what was cut and goes on has its planned end behind it."""
    if item.end_at < status.at:
        return translator("overrun")
    return translator("until", translator.moment(item.end_at, status.at))


def _where(item: ItemStatus) -> str | None:
    """On which zones, when it is not on all."""
    return None if "*" in item.zones or not item.zones else f" · {', '.join(item.zones)}"


def _now(item: ItemStatus, status: StationStatus, translator: Translator) -> Html:
    end = describe_end(item, status, translator)
    why = el("small", _why(item, translator)) if item.why else None
    pulled = el("small", translator("pulled"), class_="soft") if item.is_pulled else None
    return join(
        el("b", translator.title(item.title)),
        " ",
        _tag(item, translator),
        " ",
        end,
        _where(item),
        el("br") if pulled else None,
        pulled,
        el("br") if why else None,
        why,
    )


def _next(item: ItemStatus | None, status: StationStatus, translator: Translator) -> Html:
    if item is None:
        return join(translator("nothing.next"))
    left_s = (item.start_at - status.at).total_seconds()
    left = translator("in", translator.span(left_s))
    lacking = el("div", f"⚠ {translator('lacking')}", class_="alarm") if item.lacking else None
    start = translator.moment(item.start_at, status.at)
    return join(
        el("b", start), " ", translator.title(item.title), " ", _tag(item, translator), " ",
        el("small", f"({left})"), _where(item), lacking,
    )  # fmt: skip


def _why(item: ItemStatus, translator: Translator) -> Html:
    why = item.why
    if why is None:
        return Html("")
    people = [el("br"), _people(why, translator)] if why.editor or why.approver else []
    if why.started_by is not None and not why.issuer:
        who = translator("why.local_voice", why.started_by)
        return join(who if why.peak_dbfs is None else f"{who}; {_meter(why.peak_dbfs, translator)}")
    if why.started_by is not None:
        return join(translator("why.local_key", why.started_by, why.issuer), *people)
    if not why.weekdays:
        return join(translator("why.emergency", why.issuer), *people)
    signed = translator("why.schedule", why.slot, str(why.seq), why.issuer)
    days = translator.weekdays(why.weekdays)
    rule = translator("why.at", " ".join(why.at), days) if why.at else days
    doubt = translator("why.unconfirmed", why.unconfirmed) if why.unconfirmed else None
    losers = translator("why.losers", ", ".join(why.losers)) if why.losers else None
    told = (f" {one}" if one else None for one in (doubt, losers))
    return join(f"{rule} · {signed}.", *told, *people)


def _meter(peak_dbfs: float, translator: Translator) -> str:
    """The level of a voice, for whoever sets it while the key is held."""
    return translator(f"voice_level.{judge_peak(peak_dbfs)}", translator.number(peak_dbfs, 0))


def _people(why: PlacementRule, translator: Translator) -> str:
    return translator("why.people", why.editor or "—", why.approver or "—")


def _volume(output: OutputStatus, translator: Translator) -> Html:
    if output.gain_db is None:
        return el("span", translator("mark.unchecked"), class_="soft")
    return join(f"{translator.number(output.gain_db, 1)} dB")


def _path(path: SoundPathStatus, translator: Translator) -> Html:
    """The card; a fallback and safe mode stand out."""
    unusual = []
    if path.is_fallback:
        unusual.append(translator("card.fallback", translator.number(path.gain_db, 0)))
    if path.is_safe:
        unusual.append(translator("card.safe_mode"))
    alarm = el("span", f"⚠ {', '.join(unusual)}", class_="alarm") if unusual else None
    return join(path.card, " " if alarm else None, alarm)


def _zone(zone: ZoneStatus, status: StationStatus, translator: Translator) -> Html:
    if not zone.is_switched:
        state = el("span", translator("zone.always"), class_="soft state")
    elif zone.state == "fault":
        state = el("span", f"⚠ {translator('zone.fault')}", class_="state state-fault")
    else:
        class_ = "on state" if zone.state == "on" else "soft state"
        state = el("span", translator(f"zone.{zone.state}"), class_=class_)
    kind = el("small", translator(f"zone.{zone.kind}"))
    level = _level(zone, translator)
    return el("li", el("div", zone.name, kind, level, _ordered(zone, status, translator)), state)


def _level(zone: ZoneStatus, translator: Translator) -> Html | None:
    """The estimated level at the nearest home, and the cap that gives it."""
    volume = zone.volume
    if volume is None:
        return None
    if volume.est_dba is None:
        return el("small", translator("zone.not_calibrated"), class_="soft")
    figures = translator.number(volume.gain_db, 1), translator.number(volume.est_dba)
    code = "zone.level" if volume.cap is None else "zone.level_capped"
    return el("small", translator(code, *figures), class_="soft", title=volume.cap or "")


def _ordered(zone: ZoneStatus, status: StationStatus, translator: Translator) -> Html | None:
    """What signed commands have set for a zone."""
    told = []
    if zone.muted_until is not None:
        told.append(translator("zone.muted", translator.moment(zone.muted_until, status.at)))
    if zone.trim_db:
        told.append(translator("zone.trim", translator.number(-zone.trim_db)))
    return el("small", "; ".join(told), class_="alarm") if told else None


def _face(face: FaceStatus, translator: Translator) -> Html:
    if face.picture is None:
        picture = el("div", translator("face.none"), class_="blank")
    else:
        picture = el(
            "img",
            src=f"/face/{quote(face.name)}.png?v={quote(face.picture)}",
            alt=translator("face.alt", face.name),
            width=str(face.width_px),
            height=str(face.height_px),
        )
    if face.changed_s is None:
        age = translator("mark.unchecked")
    else:
        age = translator("face.age", translator.span(face.changed_s))
    title = None
    if face.title is not None:
        shown = translator.title(face.title) if face.title else translator("nothing.shown")
        title = el("div", shown)
    return el(
        "figure", picture, el("figcaption", el("b", face.name), " ", el("small", age), title)
    )  # fmt: skip
