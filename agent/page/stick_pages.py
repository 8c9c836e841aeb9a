"""The page that takes what the centre sends without a link, and gives the journal: by a phone.

Its modules load when somebody opens it. A form of files is streamed into a visit: what is whole is
taken, whatever happens behind it.
"""

from __future__ import annotations

from http import HTTPStatus

from agent.errors import AgentError
from agent.page.html import Html, el
from agent.page.http_message import Request, Response
from agent.page.layout import build_page
from agent.page.messages_stick import STICK_PHRASES
from agent.page.multipart import Multipart, PartBegun, PartBytes, find_boundary
from agent.page.translator import Translator
from agent.stick.page_upload import PageUpload, collect_journal
from agent.stick.report import Report, describe_taken
from agent.stick.visit import VisitParts, begin_visit
from agent.stick.visit_server import VisitServer
from texts.catalogue import look_up

PAGE = "page"
MAX_JOURNAL_BYTES = 8 << 20  # in memory; the rest comes when the centre has confirmed these


def say(translator: Translator, code: str, *args: object) -> str:
    """A text of this page."""
    return look_up(STICK_PHRASES, code, translator.lang, *args)


def build_form(visits: VisitServer, csrf: str, translator: Translator) -> bytes:
    """What is under way or came last, the form, and the links to the journal."""
    form = el(
        "form",
        el("label", say(translator, "stick.file"), for_="file"),
        el("input", type="file", name="file", id="file", accept=".jsonl"),
        el("label", say(translator, "stick.media"), for_="media"),
        el("input", type="file", name="media", id="media", multiple=True),
        el("button", say(translator, "stick.send"), class_="main"),
        el("p", el("small", say(translator, "stick.help"))),
        method="post",
        action=f"/stick?csrf={csrf}",
        enctype="multipart/form-data",
    )
    links = [
        el("p", el("a", say(translator, f"stick.{code}"), href=f"/stick/{code}", class_="button"))
        for code in ("journal", "journal-all")
    ]
    sections = [
        el("section", el("h2", say(translator, "stick")), form, id="stick"),
        el("section", el("h2", say(translator, "stick.up")), *links, id="up"),
    ]
    progress = _tell_visit(visits, translator)
    return _page(
        visits.parts().station, translator, [progress, *sections] if progress else sections
    )


def _tell_visit(visits: VisitServer, translator: Translator) -> Html | None:
    if visits.visit is None:
        return None
    tally = visits.visit.tally()
    counts = (tally.accepted, tally.held, sum(tally.refused.values()), tally.media, tally.lacking)
    code = "stick.now" if visits.turn.locked() else "stick.last"
    said = el("p", say(translator, code), role="status")
    return el("section", said, el("p", say(translator, "stick.counts", *counts)), id="visit")


def _page(station: str, translator: Translator, sections: list[Html]) -> bytes:
    back = el("p", el("a", translator("back"), href="/"))
    return build_page(translator, station, None, el("main", *sections, back))


async def take_upload(request: Request, visits: VisitServer, translator: Translator) -> Response:
    """Take the files of a form, and say what became of them."""
    parts = visits.parts()
    boundary = find_boundary(request.headers.get("content-type", ""))
    if boundary is None or request.blocks is None:
        return _say(HTTPStatus.BAD_REQUEST, parts, translator, "stick.no_form")
    if visits.turn.locked():
        return _say(HTTPStatus.CONFLICT, parts, translator, "stick.busy")
    async with visits.turn, begin_visit(parts, PAGE, request.peer) as visit:
        visits.visit = visit
        upload = PageUpload(visit, parts.station)
        try:
            await _feed(Multipart(boundary), upload, request)
            report = await upload.finish()
        except (AgentError, ValueError) as error:
            return _say(HTTPStatus.BAD_REQUEST, parts, translator, "stick.failed", error)
    is_good = not (report.faults or report.refusals)
    return Response(HTTPStatus.OK, _build_report(report, translator, is_good=is_good))


async def _feed(form: Multipart, upload: PageUpload, request: Request) -> None:
    assert request.blocks is not None  # noqa: S101 - the caller has looked
    async for block in request.blocks:
        for event in form.feed(block):
            if isinstance(event, PartBegun):
                upload.begin(event.filename)
            elif isinstance(event, PartBytes):
                await upload.add(event.content)
            else:
                await upload.end()


def _build_report(report: Report, translator: Translator, *, is_good: bool) -> bytes:
    lines = list(describe_taken(report, translator.lang))
    section = el(
        "section",
        el("h2", say(translator, "stick")),
        el(
            "div",
            (el("p", line) for line in lines),
            class_="notice" if is_good else "notice failed",
            role="status",
        ),
        el("p", el("a", say(translator, "stick.more"), href="/stick", class_="button")),
        id="stick",
    )
    return _page(report.station, translator, [section])


def _say(
    status: HTTPStatus, parts: VisitParts, translator: Translator, code: str, *args: object
) -> Response:
    section = el("section", el("p", say(translator, code, *args), role="alert"), id="message")
    return Response(status, _page(parts.station, translator, [section]))


async def give_journal(visits: VisitServer, translator: Translator, *, is_all: bool) -> Response:
    """The journal as one file, for `tramtin-central import --file`."""
    parts = visits.parts()
    if visits.turn.locked():
        return _say(HTTPStatus.CONFLICT, parts, translator, "stick.busy")
    try:
        async with visits.turn, begin_visit(parts, PAGE) as visit:
            body = await collect_journal(
                visit, parts.station, is_all=is_all, most_bytes=MAX_JOURNAL_BYTES
            )
    except AgentError as error:
        return _say(HTTPStatus.SERVICE_UNAVAILABLE, parts, translator, "stick.failed", error)
    name = f'attachment; filename="{parts.station}.up.jsonl"'
    headers = (("Content-Disposition", name),)
    return Response(HTTPStatus.OK, body, "application/jsonl", headers)
