"""From a request to an answer: who may ask, what is shown, what is done. Knows HTTP, no sockets.

In this order: the Host must be ours (a name that an attacker's DNS points at us is not), a POST
must come from our own page and carry its session's token, and only then is anything done. Every
use of the controls is journalled, the wrong PIN too.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta
from http import HTTPStatus
from typing import cast, get_args
from urllib.parse import unquote, urlsplit

from agent.clock import mono_s
from agent.control.operations import Deed, DeedRefusedError, Desk, Outcome, Use, Used
from agent.control.station_status import Status
from agent.errors import AgentError
from agent.page.controls_section import Access, build_enter, build_message
from agent.page.http_message import Request, Response
from agent.page.page_view import build_view
from agent.page.pin_auth import SESSION_S, Door, Notice, Session, is_same
from agent.page.style import POLICY
from agent.page.translator import Tongue
from texts.catalogue import Lang

log = logging.getLogger(__name__)
COOKIE = "tramtin"
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


class Site:
    """The page of one station.

    Args:
        station: its id.
        desk: the box.
        door: the PIN and its sessions.
        hosts: literal addresses on which the page listens.
    """

    def __init__(self, station: str, desk: Desk, door: Door, hosts: Collection[str]) -> None:
        self._station = station
        self._desk = desk
        self._door = door
        self._hosts = frozenset(hosts)
        self._status: Status | None = None
        self._status_mono_s = 0.0
        self._looking = asyncio.Lock()
        self._doing = asyncio.Lock()

    async def answer(self, request: Request) -> Response:
        """The answer to any request, with the headers that every answer carries."""
        tongue = Tongue(_lang(request))
        if not self._is_ours(request.headers.get("host", "")):
            address = next(iter(sorted(self._hosts)), "127.0.0.1")
            response = self._message(
                HTTPStatus.MISDIRECTED_REQUEST, tongue, "wrong_host", f"http://{address}"
            )
        else:
            response = await self._route(request, tongue)
        headers = [*SAFE, *response.headers]
        if request.query.get("lang") in get_args(Lang):
            cookie = f"lang={tongue.lang}; Path=/; Max-Age={YEAR_S}; SameSite=Strict; HttpOnly"
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

    async def _route(self, request: Request, tongue: Tongue) -> Response:
        if request.method in ("GET", "HEAD"):
            return await self._get(request, tongue)
        if request.method != "POST":
            return Response(HTTPStatus.METHOD_NOT_ALLOWED, headers=(("Allow", "GET, HEAD, POST"),))
        if request.path not in ("/enter", "/leave", "/do"):
            return self._message(HTTPStatus.NOT_FOUND, tongue, "gone")
        return await self._post(request, tongue)

    async def _get(self, request: Request, tongue: Tongue) -> Response:
        match request.path:
            case "/":
                return await self._show(request, tongue)
            case "/enter":
                return self._ask_pin(request, tongue)
            case "/favicon.ico":
                return Response(HTTPStatus.NO_CONTENT)
            case path if path.startswith("/face/"):
                return await self._picture(path, request, tongue)
            case _:
                return self._message(HTTPStatus.NOT_FOUND, tongue, "gone")

    # Looking

    async def _show(self, request: Request, tongue: Tongue) -> Response:
        try:
            status = await self._look()
        except AgentError as error:
            unavailable = HTTPStatus.SERVICE_UNAVAILABLE
            return self._message(unavailable, tongue, "no_status", error.code)
        session = self._session(request)
        access = Access(self._door.has_pin)
        if session is not None:
            until_at = status.at + timedelta(seconds=self._door.left_s(session))
            notice = self._door.notice(session)
            access = Access(self._door.has_pin, session.csrf, until_at, notice)
        return Response(HTTPStatus.OK, build_view(status, access, tongue))

    async def _look(self) -> Status:
        async with self._looking:
            if self._status is None or mono_s() - self._status_mono_s > SHARED_S:
                self._status = await self._desk.status()
                self._status_mono_s = mono_s()
            return self._status

    async def _picture(self, path: str, request: Request, tongue: Tongue) -> Response:
        face = unquote(path.removeprefix("/face/")).removesuffix(".png")
        png = await self._desk.thumbnail(face)
        if png is None:
            return self._message(HTTPStatus.NOT_FOUND, tongue, "face.none")
        kept = (KEPT,) if "v" in request.query else ()
        return Response(HTTPStatus.OK, png, "image/png", kept)

    # The door

    def _session(self, request: Request) -> Session | None:
        return self._door.session(request.cookies.get(COOKIE), request.peer)

    def _ask_pin(self, request: Request, tongue: Tongue, *, is_wrong: bool = False) -> Response:
        wait_s = self._door.wait_s(request.peer)
        page = build_enter(
            self._station, tongue, has_pin=self._door.has_pin, wait_s=wait_s, is_wrong=is_wrong
        )
        status = HTTPStatus.OK
        if wait_s > 0:
            status = HTTPStatus.TOO_MANY_REQUESTS
        elif is_wrong:
            status = HTTPStatus.FORBIDDEN
        return Response(status, page)

    async def _post(self, request: Request, tongue: Tongue) -> Response:
        if not _is_own_form(request):
            return self._message(HTTPStatus.FORBIDDEN, tongue, "closed")
        if request.path == "/enter":
            return await self._enter(request, tongue)
        session = self._session(request)
        if session is None or not is_same(request.form.get("csrf"), session.csrf):
            return self._message(HTTPStatus.FORBIDDEN, tongue, "closed")
        if request.path == "/leave":
            self._door.leave(request.cookies.get(COOKIE))
            await self._record(request, "leave", "", "done")
            return _see_station(f"{COOKIE}=; Path=/; Max-Age=0; SameSite=Strict; HttpOnly")
        return await self._do(request, session, tongue)

    async def _enter(self, request: Request, tongue: Tongue) -> Response:
        try:
            token = self._door.enter(request.form.get("pin", ""), request.peer)
        except PermissionError:
            return self._ask_pin(request, tongue)
        if token is None:
            await self._record(request, "wrong-pin", "", "refused")
            return self._ask_pin(request, tongue, is_wrong=True)
        await self._record(request, "enter", "", "done")
        age = f"Max-Age={round(SESSION_S)}"
        return _see_station(f"{COOKIE}={token}; Path=/; {age}; SameSite=Strict; HttpOnly")

    # Deeds

    async def _do(self, request: Request, session: Session, tongue: Tongue) -> Response:
        name, where = request.form.get("deed", ""), request.form.get("where", "")
        if name not in get_args(Deed):
            return self._message(HTTPStatus.BAD_REQUEST, tongue, "gone")
        deed = cast("Deed", name)
        code, answer = "", _see_station()
        outcome: Outcome = "done"
        try:
            async with self._doing:
                if deed == "bundle":
                    answer = self._download(await self._desk.bundle())
                else:
                    notice = await self._deed(deed, where, tongue)
                    self._door.tell(session, notice)
        except DeedRefusedError as error:
            code, outcome = error.code, "refused"
            self._door.tell(session, Notice(code, (error.subject,), is_good=False))
        except AgentError as error:
            log.warning("page: %s: %s", deed, error)
            code, outcome = error.code, "failed"
            self._door.tell(session, Notice("E_FAILED", is_good=False, lines=(str(error),)))
        self._status = None
        await self._record(request, deed, where, outcome, code)
        return answer

    async def _deed(self, deed: Deed, where: str, tongue: Tongue) -> Notice:
        """Do it, and say what was done."""
        desk = self._desk
        deeds: dict[str, Callable[[], Awaitable[None]]] = {
            "tone": lambda: desk.tone(where),
            "pattern": lambda: desk.pattern(where),
            "label": lambda: desk.label(where),
            "silence-on": lambda: desk.silence(True),  # noqa: FBT003 - the state itself
            "silence-off": lambda: desk.silence(False),  # noqa: FBT003 - the state itself
        }
        if deed in deeds:
            await deeds[deed]()
            return Notice(f"done.{deed}", (where,))
        faults = await desk.reload()
        if not faults:
            return Notice("done.reload")
        lines = tuple(fault.text(tongue.lang) for fault in faults)
        return Notice("faults", (str(len(faults)),), is_good=False, lines=lines)

    def _download(self, archive: bytes) -> Response:
        name = f'attachment; filename="{self._station}.tar.gz"'
        disposition = (("Content-Disposition", name),)
        return Response(HTTPStatus.OK, archive, "application/gzip", disposition)

    async def _record(
        self, request: Request, use: Use, subject: str, outcome: Outcome, code: str = ""
    ) -> None:
        try:
            await self._desk.record(Used(use, subject[:64], request.peer, outcome, code))
        except AgentError:
            log.exception("page: %s is not in the journal", use)

    def _message(self, status: HTTPStatus, tongue: Tongue, code: str, *args: str) -> Response:
        return Response(status, build_message(self._station, tongue, code, *args))


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
