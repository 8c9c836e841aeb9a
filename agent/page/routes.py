"""From an HTTP request to its response: who may ask, what is shown, which operation is run.

The checks run in this order: the Host must be ours (a name that an attacker's DNS points at us is
not), a POST must come from our own page and carry the token of its session. Only then an operation
is run. Every use of the controls is recorded in the journal, a wrong PIN too. No sockets here.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Collection
from datetime import timedelta
from http import HTTPStatus
from typing import Protocol, cast, get_args
from urllib.parse import unquote, urlsplit

from agent.clock import mono_s
from agent.control.operations import (
    OperationName,
    OperationResult,
    Operations,
    Requester,
)
from agent.control.station_status import StationStatus
from agent.errors import AgentError
from agent.page.controls_section import Access, build_enter, build_message
from agent.page.http_message import Request, Response
from agent.page.page_view import build_view
from agent.page.pin_auth import SESSION_S, Notice, PinAuth, Session, is_same
from agent.page.style import POLICY
from agent.page.translator import Translator
from agent.stick.visit_server import VisitServer
from texts.catalogue import Lang

COOKIE = "tramtin"
STICK = "/stick"
SHARED_S = 0.5  # phones that ask at the same moment see the same status
YEAR_S = 365 * 86_400
SAFE = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    # not no-referrer: a browser would then send `Origin: null` with our own forms
    ("Referrer-Policy", "same-origin"),
)
FRESH = ("Cache-Control", "no-store")
KEPT = ("Cache-Control", "private, max-age=600, immutable")


class Pictures(Protocol):
    """See `control.face_pictures.FacePictures`."""

    async def thumbnail(self, face: str) -> bytes | None:
        """The last picture of a face, as PNG; None when its board gives none."""


class StatusSource(Protocol):
    """See `control.station_status_reader.StationStatusReader`."""

    @property
    def pictures(self) -> Pictures:
        """What each face shows."""

    async def read(self) -> StationStatus:
        """All that the page shows.

        Raises:
            AgentError: it cannot be read, for example from a dead disk.
        """


class StationPage:
    """The page of one station.

    Args:
        station: its id.
        source: the status that is shown.
        operations: what the controls run.
        pin_auth: the PIN and its sessions.
        hosts: literal addresses on which the page listens.
        visits: takes what somebody brings; None: the page takes nothing.
    """

    def __init__(
        self,
        station: str,
        source: StatusSource,
        operations: Operations,
        pin_auth: PinAuth,
        hosts: Collection[str],
        visits: VisitServer | None = None,
    ) -> None:
        self._visits = visits
        self._station = station
        self._source = source
        self._operations = operations
        self._pin_auth = pin_auth
        self._hosts = frozenset(hosts)
        self._status: StationStatus | None = None
        self._status_mono_s = 0.0
        self._reading = asyncio.Lock()

    async def answer(self, request: Request) -> Response:
        """The answer to any request, with the headers that every answer carries."""
        translator = Translator(_lang(request))
        if not self._is_ours(request.headers.get("host", "")):
            address = next(iter(sorted(self._hosts)), "127.0.0.1")
            response = self._message(
                HTTPStatus.MISDIRECTED_REQUEST, translator, "wrong_host", f"http://{address}"
            )
        else:
            response = await self._route(request, translator)
        headers = [*SAFE, *response.headers]
        if request.query.get("lang") in get_args(Lang):
            cookie = f"lang={translator.lang}; Path=/; Max-Age={YEAR_S}; SameSite=Strict; HttpOnly"
            headers.append(("Set-Cookie", cookie))
        if not any(name == "Cache-Control" for name, _ in headers):
            headers.append(FRESH)
        return Response(response.status, response.body, response.kind, tuple(headers))

    def _is_ours(self, host: str) -> bool:
        """An address on which we listen, loopback, or `localhost`; the port may be a tunnel's."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name == "localhost" or name in self._hosts:
            return True
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False

    async def _route(self, request: Request, translator: Translator) -> Response:
        if request.method in ("GET", "HEAD"):
            return await self._get(request, translator)
        if request.method != "POST":
            return Response(HTTPStatus.METHOD_NOT_ALLOWED, headers=(("Allow", "GET, HEAD, POST"),))
        if request.path == STICK:
            return await self._take(request, translator)
        if request.path not in ("/enter", "/leave", "/do"):
            return self._message(HTTPStatus.NOT_FOUND, translator, "gone")
        return await self._post(request, translator)

    async def _get(self, request: Request, translator: Translator) -> Response:
        match request.path:
            case "/":
                return await self._show(request, translator)
            case "/enter":
                return self._ask_pin(request, translator)
            case "/stick" | "/stick/journal" | "/stick/journal-all":
                return await self._stick(request, translator)
            case "/favicon.ico":
                return Response(HTTPStatus.NO_CONTENT)
            case path if path.startswith("/face/"):
                return await self._picture(path, request, translator)
            case _:
                return self._message(HTTPStatus.NOT_FOUND, translator, "gone")

    # Status

    async def _show(self, request: Request, translator: Translator) -> Response:
        try:
            status = await self._read_status()
        except AgentError as error:
            unavailable = HTTPStatus.SERVICE_UNAVAILABLE
            return self._message(unavailable, translator, "no_status", error.code)
        session = self._session(request)
        access = Access(self._pin_auth.has_pin)
        if session is not None:
            until_at = status.at + timedelta(seconds=self._pin_auth.left_s(session))
            notice = self._pin_auth.notice(session)
            access = Access(self._pin_auth.has_pin, session.csrf, until_at, notice)
        return Response(HTTPStatus.OK, build_view(status, access, translator))

    async def _read_status(self) -> StationStatus:
        async with self._reading:
            if self._status is None or mono_s() - self._status_mono_s > SHARED_S:
                self._status = await self._source.read()
                self._status_mono_s = mono_s()
            return self._status

    async def _picture(self, path: str, request: Request, translator: Translator) -> Response:
        face = unquote(path.removeprefix("/face/")).removesuffix(".png")
        png = await self._source.pictures.thumbnail(face)
        if png is None:
            return self._message(HTTPStatus.NOT_FOUND, translator, "face.none")
        kept = (KEPT,) if "v" in request.query else ()
        return Response(HTTPStatus.OK, png, "image/png", kept)

    # Sessions

    def _session(self, request: Request) -> Session | None:
        return self._pin_auth.session(request.cookies.get(COOKIE), request.peer)

    def _ask_pin(
        self, request: Request, translator: Translator, *, is_wrong: bool = False
    ) -> Response:
        wait_s = self._pin_auth.wait_s(request.peer)
        page = build_enter(
            self._station,
            translator,
            has_pin=self._pin_auth.has_pin,
            wait_s=wait_s,
            is_wrong=is_wrong,
        )
        status = HTTPStatus.OK
        if wait_s > 0:
            status = HTTPStatus.TOO_MANY_REQUESTS
        elif is_wrong:
            status = HTTPStatus.FORBIDDEN
        return Response(status, page)

    async def _post(self, request: Request, translator: Translator) -> Response:
        if not _is_own_form(request):
            return self._message(HTTPStatus.FORBIDDEN, translator, "closed")
        if request.path == "/enter":
            return await self._enter(request, translator)
        session = self._session(request)
        if session is None or not is_same(request.form.get("csrf"), session.csrf):
            return self._message(HTTPStatus.FORBIDDEN, translator, "closed")
        if request.path == "/leave":
            self._pin_auth.leave(request.cookies.get(COOKIE))
            await self._operations.record("leave", "", _requester(request), "done")
            return _see_station(f"{COOKIE}=; Path=/; Max-Age=0; SameSite=Strict; HttpOnly")
        return await self._run(request, session, translator)

    async def _enter(self, request: Request, translator: Translator) -> Response:
        try:
            token = self._pin_auth.enter(request.form.get("pin", ""), request.peer)
        except PermissionError:
            return self._ask_pin(request, translator)
        if token is None:
            await self._operations.record("wrong-pin", "", _requester(request), "refused")
            return self._ask_pin(request, translator, is_wrong=True)
        await self._operations.record("enter", "", _requester(request), "done")
        age = f"Max-Age={round(SESSION_S)}"
        return _see_station(f"{COOKIE}={token}; Path=/; {age}; SameSite=Strict; HttpOnly")

    # Without a link

    async def _stick(self, request: Request, translator: Translator) -> Response:
        session = self._session(request)
        if session is None or self._visits is None:
            return self._ask_pin(request, translator)
        from agent.page.stick_pages import build_form, give_journal

        if request.path == STICK:
            return Response(HTTPStatus.OK, build_form(self._visits, session.csrf, translator))
        is_all = request.path == "/stick/journal-all"
        return await give_journal(self._visits, translator, is_all=is_all)

    async def _take(self, request: Request, translator: Translator) -> Response:
        """Take a form of files; nothing of it is read before session and token were looked at."""
        session = self._session(request)
        is_ours = _is_own_form(request) and session is not None
        if session is None or not is_ours or not is_same(request.query.get("csrf"), session.csrf):
            return self._message(HTTPStatus.FORBIDDEN, translator, "closed")
        if self._visits is None:
            return self._message(HTTPStatus.NOT_FOUND, translator, "gone")
        from agent.page.stick_pages import take_upload

        self._status = None
        return await take_upload(request, self._visits, translator)

    # Operations

    async def _run(self, request: Request, session: Session, translator: Translator) -> Response:
        name, where = request.form.get("operation", ""), request.form.get("where", "")
        if name not in get_args(OperationName):
            return self._message(HTTPStatus.BAD_REQUEST, translator, "gone")
        operation = cast("OperationName", name)
        result = await self._operations.run(operation, where, _requester(request))
        self._status = None
        if result.output.archive:
            return self._download(result.output.archive)
        self._pin_auth.set_notice(session, _notice(operation, where, result, translator))
        return _see_station()

    def _download(self, archive: bytes) -> Response:
        name = f'attachment; filename="{self._station}.tar.gz"'
        disposition = (("Content-Disposition", name),)
        return Response(HTTPStatus.OK, archive, "application/gzip", disposition)

    def _message(
        self, status: HTTPStatus, translator: Translator, code: str, *args: str
    ) -> Response:
        return Response(status, build_message(self._station, translator, code, *args))


def _requester(request: Request) -> Requester:
    return Requester("page", request.peer)


def _notice(
    operation: OperationName, where: str, result: OperationResult, translator: Translator
) -> Notice:
    """What the page says of the operation that was run last."""
    if result.outcome == "refused":
        return Notice(result.code, (result.subject,), is_good=False)
    if result.outcome == "failed":
        return Notice("E_FAILED", is_good=False, lines=(result.message,))
    faults = result.output.faults
    if not faults:
        return Notice(f"done.{operation}", (where,))
    lines = tuple(fault.text(translator.lang) for fault in faults)
    return Notice("faults", (str(len(faults)),), is_good=False, lines=lines)


def _lang(request: Request) -> Lang:
    chosen = request.query.get("lang", request.cookies.get("lang", "vi"))
    return "en" if chosen == "en" else "vi"


def _is_own_form(request: Request) -> bool:
    """Browsers say where a form stood; what names another place is refused."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _see_station(cookie: str | None = None) -> Response:
    cookies = (("Set-Cookie", cookie),) if cookie is not None else ()
    return Response(HTTPStatus.SEE_OTHER, headers=(("Location", "/#controls"), *cookies))
