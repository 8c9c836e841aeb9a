"""The enrolment service: HTTPS for boxes, and the revocation list for the broker."""

from __future__ import annotations

import asyncio
import html
import logging
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from agent.contract.enrolment import (
    CRL_PATH,
    MAX_ASKED_BYTES,
    NONCE_LIFE_S,
    NONCES_PATH,
    RENEWALS_PATH,
    REQUESTS_PATH,
    Nonce,
    OpenRequest,
    RenewalRequest,
    normalise_code,
)
from agent.errors import AgentError
from central.enrolment.address_rate import AddressRate
from central.enrolment.box_requests import acknowledge, open_request, poll_request
from central.enrolment.grant import GrantSource
from central.enrolment.refusal import EnrolmentError
from central.enrolment.renewal import RenewalNonces, renew
from central.enrolment.revocation import RevocationList, due_list, newest_list, publish_list
from central.enrolment.session_cut import cut_session
from central.messages.catalogue import translate
from central.store.database import Database
from central.store.device_certificates import list_revoked

T = TypeVar("T")
log = logging.getLogger(__name__)
BODY_LIMIT_S = 10.0
REVOCATION_S = 1.0
RECENT = timedelta(hours=1)
CUT_TRIES = 5
MAX_CONNECTIONS = 200
_JSON = "application/json"


class EnrolmentService:
    """Answers boxes; keeps the revocation list at the broker current.

    Args:
        database: the centre's.
        source: of grants.
        now: the wall clock, aware UTC.
    """

    def __init__(
        self,
        database: Database,
        source: GrantSource,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._source = source
        self._now = now
        self._nonces = RenewalNonces()
        self._rate = AddressRate()
        self._cut: dict[str, int] = {}  # tries to end the session, by serial
        self._is_written = False
        self._unpublished: RevocationList | None = None

    def build_app(self) -> Starlette:
        """The routes, without the revocation list's task."""
        routes = [
            Route("/e", self._page, methods=["GET"]),
            Route(REQUESTS_PATH, self._guard(self._open), methods=["POST"]),
            Route(f"{REQUESTS_PATH}/{{request}}", self._guard(self._poll), methods=["GET"]),
            Route(f"{REQUESTS_PATH}/{{request}}/taken", self._guard(self._taken), methods=["POST"]),
            Route(NONCES_PATH, self._guard(self._nonce), methods=["POST"]),
            Route(RENEWALS_PATH, self._guard(self._renew), methods=["POST"]),
            Route(CRL_PATH, self._guard(self._crl), methods=["GET"]),
        ]
        return Starlette(routes=routes, lifespan=self._lifespan)

    async def run(self) -> None:
        """Serve until told to end by a signal."""
        await self.build_server().serve()

    def build_server(self) -> uvicorn.Server:
        """The server, not started yet."""
        settings = self._source.settings
        host, _, port = settings.listen.rpartition(":")
        config = uvicorn.Config(
            self.build_app(), host=host, port=int(port), ssl_certfile=settings.certificate,
            ssl_keyfile=settings.key, http="h11", ws="none", loop="asyncio", lifespan="on",
            limit_concurrency=MAX_CONNECTIONS, timeout_keep_alive=5, server_header=False,
            proxy_headers=False, h11_max_incomplete_event_size=MAX_ASKED_BYTES,
            log_level="warning", access_log=False,
        )  # fmt: skip
        return uvicorn.Server(config)

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(self._keep_list(), name="revocation list")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    # Boxes

    async def _open(self, request: Request) -> Response:
        asked = await _read_body(request, OpenRequest)
        url, address = self._source.settings.url, _address(request)
        opened = await self._do(open_request, asked, address, url, self._now())
        return _answer(opened, 201)

    async def _poll(self, request: Request) -> Response:
        own = (request.path_params["request"], _token(request))
        return _answer(await self._do(poll_request, *own, self._source, self._now()))

    async def _taken(self, request: Request) -> Response:
        await self._do(acknowledge, request.path_params["request"], _token(request), self._now())
        return Response(status_code=204)

    async def _nonce(self, _request: Request) -> Response:
        return _answer(Nonce(self._nonces.make(), NONCE_LIFE_S))

    async def _renew(self, request: Request) -> Response:
        asked = await _read_body(request, RenewalRequest)
        rest = (asked, self._nonces, self._source, self._now(), _address(request))
        return _answer(await self._do(renew, *rest), 201)

    async def _crl(self, _request: Request) -> Response:
        made = await asyncio.to_thread(newest_list, self._database)
        if made is None:
            raise EnrolmentError("enrol-unavailable")
        return Response(made.der, media_type="application/pkix-crl")

    async def _page(self, request: Request) -> Response:
        """What a person sees who opens the link: the code, and whom to read it to."""
        code = normalise_code(request.query_params.get("code", "")[:32]) or ""
        contact = self._source.settings.contact
        texts = [
            f"<p lang={lang}>{html.escape(translate(lang, 'enrol.page', contact))}</p>"
            for lang in ("vi", "en")
        ]
        body = f"<!doctype html><meta charset=utf-8><title>Tramtin</title><h1>{code}</h1>"
        headers = {"Content-Security-Policy": "default-src 'none'", "Cache-Control": "no-store"}
        return Response(body + "".join(texts), media_type="text/html", headers=headers)

    async def _do(self, step: Callable[..., T], *args: object) -> T:
        return await asyncio.to_thread(step, self._database, *args)

    def _guard(
        self, handle: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Turn every refusal into its answer; what fails here itself is said without details."""

        async def guarded(request: Request) -> Response:
            try:
                self._rate.count(_address(request))
                return await handle(request)
            except EnrolmentError as error:
                return _answer(error.answer(), error.status)
            except Exception:  # a request's outer edge: one request never ends the service
                log.exception("%s %s failed", request.method, request.url.path)
                fault = EnrolmentError("enrol-unavailable")
                return _answer(fault.answer(), fault.status)

        return guarded

    # The revocation list

    async def _keep_list(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self.renew_list)
            except (OSError, subprocess.SubprocessError, AgentError) as error:
                log.error("revocation list: %s; next attempt follows", error)  # noqa: TRY400 - the operator's settings
            except Exception:  # the task's outer edge: a busy database never ends the service
                log.exception("revocation list not written; next attempt follows")
            await asyncio.sleep(REVOCATION_S)

    def renew_list(self) -> None:
        """Sign, write and load the list where it is due, then end sessions of revoked boxes.

        Raises:
            OSError: the broker's file cannot be written.
            subprocess.SubprocessError: the broker's command failed.
        """
        settings, authority = self._source.settings.broker, self._source.authority
        made = due_list(self._database, authority, self._now()) or self._unpublished
        if made is None and not self._is_written:  # a former run may have failed to write it
            made = newest_list(self._database)
        if made is not None:
            self._unpublished = made
            if settings.crl is not None:
                publish_list(Path(settings.crl), made, settings.reload)
            self._unpublished, self._is_written = None, True
        self._cut_sessions()

    def _cut_sessions(self) -> None:
        """End sessions of what was revoked lately; each is tried a few times."""
        settings, now = self._source.settings.broker, self._now()
        with self._database.transaction() as connection:
            revoked = list_revoked(connection)
        for one in revoked:
            is_old = one.revoked_at is not None and one.revoked_at < now - RECENT
            if is_old or self._cut.get(one.serial, 0) >= CUT_TRIES:
                continue
            self._cut[one.serial] = self._cut.get(one.serial, 0) + 1
            where = (settings.host, settings.port, Path(settings.ca), now)
            if cut_session(self._source.authority, one.station, *where):
                self._cut[one.serial] = CUT_TRIES
            else:
                log.error("the session of %s at the broker was not ended", one.station)


async def _read_body(request: Request, type_: type[T]) -> T:
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_LIMIT_S):
            async for part in request.stream():
                body += part
                if len(body) > MAX_ASKED_BYTES:
                    raise EnrolmentError("enrol-too-large")
        return msgspec.json.decode(body, type=type_)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise EnrolmentError("enrol-malformed") from error
    except (TimeoutError, ClientDisconnect) as error:
        raise EnrolmentError("enrol-malformed") from error


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not 20 <= len(token) <= 100:
        raise EnrolmentError("enrol-unknown-request")
    return token


def _address(request: Request) -> str:
    return request.client.host if request.client is not None else ""


def _answer(body: msgspec.Struct, status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(body), status, headers, media_type=_JSON)
