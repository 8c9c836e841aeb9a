"""What each output does now, what comes next and why, its amplifiers and its faces."""

from __future__ import annotations

from urllib.parse import quote

from agent.control.station_status import Face, Output, Showing, Status, Why, Zone
from agent.page.html import Html, el, join
from agent.page.translator import Tongue

PROMINENT = ("emergency", "priority", "relay", "local_key")


def build_outputs(status: Status, tongue: Tongue) -> Html:
    """All outputs in the order of the settings."""
    return el(
        "section",
        el("h2", tongue("outputs")),
        (_output(output, status, tongue) for output in status.outputs),
        id="outputs",
    )


def _output(output: Output, status: Status, tongue: Tongue) -> Html:
    is_board = bool(output.faces)
    state = el("span", tongue("process.down"), class_="alarm") if output.is_up is False else None
    idle = _trials(output, status, tongue) or tongue("nothing.shown" if is_board else "nothing.now")
    if output.is_up is False:
        idle = tongue("mark.unchecked")
    pairs = [
        (tongue("now"), _now(output.now, status, tongue) if output.now else join(idle)),
        (tongue("next"), _next(output.next, status, tongue)),
    ]
    if output.next is not None and output.next.why is not None:
        pairs.append((tongue("why"), _why(output.next, tongue)))
    if not is_board:
        pairs.append((tongue("volume"), _volume(output, tongue)))
    return el(
        "div",
        el("h3", output.name, " ", state),
        el("dl", (join(el("dt", key), el("dd", value)) for key, value in pairs), class_="pair"),
        el("ul", (_zone(zone, tongue) for zone in output.zones), class_="zones")
        if output.zones
        else None,
        el("div", (_face(face, tongue) for face in output.faces), class_="faces")
        if output.faces
        else None,
        class_="out",
    )


def _trials(output: Output, status: Status, tongue: Tongue) -> str:
    """The tests that run on this output: it is neither dark nor still."""
    places = {zone.name for zone in output.zones} | {face.name for face in output.faces}
    trials = [one for one in status.trials if one.where in places]
    return ", ".join(tongue("trial", tongue(one.deed).lower(), one.where) for one in trials)


def _tag(item: Showing, tongue: Tongue) -> Html | None:
    if item.level not in PROMINENT:
        return None
    return el("span", tongue(f"level.{item.level}"), class_=f"tag {item.level}")


def say_end(item: Showing, status: Status, tongue: Tongue) -> str:
    """Until when; what was cut and goes on has its planned end behind it."""
    if item.end_at < status.at:
        return tongue("overrun")
    return tongue("until", tongue.moment(item.end_at, status.at))


def _where(item: Showing) -> str | None:
    """On which zones, when it is not on all."""
    return None if "*" in item.zones or not item.zones else f" · {', '.join(item.zones)}"


def _now(item: Showing, status: Status, tongue: Tongue) -> Html:
    end = say_end(item, status, tongue)
    why = el("small", _why(item, tongue)) if item.why else None
    return join(
        el("b", item.title),
        " ",
        _tag(item, tongue),
        " ",
        end,
        _where(item),
        el("br") if why else None,
        why,
    )


def _next(item: Showing | None, status: Status, tongue: Tongue) -> Html:
    if item is None:
        return join(tongue("nothing.next"))
    left_s = (item.start_at - status.at).total_seconds()
    left = tongue("in", tongue.span(left_s))
    lacking = el("div", f"⚠ {tongue('lacking')}", class_="alarm") if item.lacking else None
    start = tongue.moment(item.start_at, status.at)
    return join(
        el("b", start), " ", item.title, " ", _tag(item, tongue), " ",
        el("small", f"({left})"), _where(item), lacking,
    )  # fmt: skip


def _why(item: Showing, tongue: Tongue) -> Html:
    why = item.why
    if why is None:
        return Html("")
    people = [el("br"), _people(why, tongue)] if why.editor or why.approver else []
    if why.started_by is not None:
        return join(tongue("why.local_key", why.started_by, why.issuer), *people)
    if not why.at:
        return join(tongue("why.emergency", why.issuer), *people)
    signed = tongue("why.schedule", why.slot, str(why.seq), why.issuer)
    rule = tongue("why.at", " ".join(why.at), tongue.weekdays(why.weekdays))
    losers = tongue("why.losers", ", ".join(why.losers)) if why.losers else None
    return join(f"{rule} · {signed}.", f" {losers}" if losers else None, *people)


def _people(why: Why, tongue: Tongue) -> str:
    return tongue("why.people", why.editor or "—", why.approver or "—")


def _volume(output: Output, tongue: Tongue) -> Html:
    if output.gain_db is None:
        return el("span", tongue("mark.unchecked"), class_="soft")
    return join(f"{tongue.number(output.gain_db, 1)} dB")


def _zone(zone: Zone, tongue: Tongue) -> Html:
    if not zone.is_switched:
        state = el("span", tongue("zone.always"), class_="soft state")
    elif zone.state == "fault":
        state = el("span", f"⚠ {tongue('zone.fault')}", class_="state state-fault")
    else:
        class_ = "on state" if zone.state == "on" else "soft state"
        state = el("span", tongue(f"zone.{zone.state}"), class_=class_)
    kind = el("small", tongue(f"zone.{zone.kind}"))
    return el("li", el("div", zone.name, kind), state)


def _face(face: Face, tongue: Tongue) -> Html:
    if face.picture is None:
        picture = el("div", tongue("face.none"), class_="blank")
    else:
        picture = el(
            "img",
            src=f"/face/{quote(face.name)}.png?v={quote(face.picture)}",
            alt=tongue("face.alt", face.name),
            width=str(face.width_px),
            height=str(face.height_px),
        )
    if face.changed_s is None:
        age = tongue("mark.unchecked")
    else:
        age = tongue("face.age", tongue.span(face.changed_s))
    return el(
        "figure", picture, el("figcaption", el("b", face.name), " ", el("small", age))
    )  # fmt: skip
