"""Who may ask, which operation is run, and that every use is recorded."""

from __future__ import annotations

import re
from http import HTTPStatus
from urllib.parse import urlencode

import pytest

from agent.control.operations import OperationName, OperationOutput, Requester
from agent.control.station_status import StationStatus
from agent.errors import StoreError
from agent.page.http_message import FORM, Request, Response
from agent.page.pin_auth import PinAuth
from agent.page.routes import StationPage
from strict_yaml.validation_fault import ValidationFault
from tests.fakes.page_fixture import FakeBox

PIN = "271828"
HOST = "192.168.10.1:8080"
PEER = "192.168.10.7"


class Reader:
    """A browser in front of the page: sends its Host and keeps its cookies."""

    def __init__(self, box: FakeBox | None = None, pin: str | None = PIN) -> None:
        self.box = box or FakeBox()
        self.site = StationPage(
            "tv-cl-0007",
            self.box,
            self.box.operations,
            PinAuth(pin),
            ["127.0.0.1", "192.168.10.1"],
        )
        self.cookies: dict[str, str] = {}

    async def ask(
        self, method: str, path: str, form: dict[str, str] | None = None, **headers: str
    ) -> Response:
        path, _, query = path.partition("?")
        sent = {"host": HOST, "cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if form is not None:
            sent["content-type"] = FORM
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        fields = dict(pair.split("=") for pair in query.split("&") if pair)
        body = urlencode(form or {}).encode()
        response = await self.site.answer(Request(method, path, PEER, fields, sent, body))
        for name, value in response.headers:
            if name == "Set-Cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return response

    async def enter(self) -> str:
        """Open a session; returns the token that forms must carry."""
        response = await self.ask("POST", "/enter", {"pin": PIN})
        assert response.status == HTTPStatus.SEE_OTHER
        found = re.search(rb'name="csrf" value="([^"]+)"', (await self.ask("GET", "/")).body)
        assert found is not None
        return found[1].decode()

    async def text(self) -> str:
        return (await self.ask("GET", "/")).body.decode()


def header(response: Response, name: str) -> list[str]:
    return [value for key, value in response.headers if key == name]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (HOST, 200),
        ("192.168.10.1", 200),
        ("127.0.0.1:8080", 200),
        ("127.0.0.1:9000", 200),  # an ssh tunnel's own port
        ("localhost:9000", 200),
        ("[::1]:9000", 200),
        ("evil.example", 421),  # an attacker's name that points at us
        ("192.168.10.1.evil.example", 421),
        ("192.168.10.99", 421),
        ("", 421),
        ("[", 421),
    ],
)
async def test_only_our_own_addresses_are_answered(host: str, status: int) -> None:
    assert (await Reader().ask("GET", "/", host=host)).status.value == status


async def test_every_answer_allows_nothing_that_the_page_does_not_need() -> None:
    reader = Reader()
    for path in ("/", "/enter", "/no-such-page", "/face/mat-truoc.png", "/favicon.ico"):
        response = await reader.ask("GET", path)
        (policy,) = header(response, "Content-Security-Policy")
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert header(response, "X-Content-Type-Options") == ["nosniff"]
        assert header(response, "X-Frame-Options") == ["DENY"]
        assert len(header(response, "Cache-Control")) == 1


async def test_looking_needs_no_pin_and_changes_nothing() -> None:
    reader = Reader()
    assert "ĐANG PHÁT" in await reader.text()
    assert (await reader.ask("GET", "/face/mat-truoc.png?v=a1")).body.startswith(b"\x89PNG")
    assert (await reader.ask("GET", "/face/..%2f..%2fetc.png")).status == HTTPStatus.NOT_FOUND
    assert reader.box.calls == []
    assert reader.box.used == []


async def test_the_language_is_switched_once_and_kept() -> None:
    reader = Reader()
    response = await reader.ask("GET", "/?lang=en")
    assert b"ON AIR" in response.body
    (cookie,) = header(response, "Set-Cookie")
    assert "HttpOnly" in cookie
    assert "ON AIR" in await reader.text()
    await reader.ask("GET", "/?lang=vi")
    assert "ĐANG PHÁT" in await reader.text()
    assert header(await reader.ask("GET", "/?lang=fr"), "Set-Cookie") == []


async def test_the_sessions_cookie_is_for_this_site_alone_and_out_of_reach_of_scripts() -> None:
    reader = Reader()
    response = await reader.ask("POST", "/enter", {"pin": PIN})
    (cookie,) = header(response, "Set-Cookie")
    assert re.fullmatch(
        r"tramtin=[\w-]{43}; Path=/; Max-Age=300; SameSite=Strict; HttpOnly", cookie
    )


@pytest.mark.parametrize("name", ["tone", "pattern", "label", "silence-on", "reload", "bundle"])
async def test_an_operation_needs_a_session_its_token_and_our_own_form(name: str) -> None:
    reader = Reader()
    form = {"operation": name, "where": "nga-ba"}
    assert (await reader.ask("POST", "/do", form)).status == HTTPStatus.FORBIDDEN
    token = await reader.enter()
    assert (await reader.ask("POST", "/do", form)).status == HTTPStatus.FORBIDDEN
    wrong = {**form, "csrf": token[::-1]}
    assert (await reader.ask("POST", "/do", wrong)).status == HTTPStatus.FORBIDDEN
    right = {**form, "csrf": token}
    for foreign in (
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ):
        assert (await reader.ask("POST", "/do", right, **foreign)).status == HTTPStatus.FORBIDDEN
    assert reader.box.calls == []
    ours = {"origin": f"http://{HOST}", "sec_fetch_site": "same-origin"}
    assert (await reader.ask("POST", "/do", right, **ours)).status in (200, 303)
    assert [called for called, _ in reader.box.calls] == [name]


async def test_every_use_is_recorded_with_who_what_and_how_it_ended() -> None:
    reader = Reader()
    await reader.ask("POST", "/enter", {"pin": "000000"})
    token = await reader.enter()
    await reader.ask("POST", "/do", {"operation": "tone", "where": "nga-ba", "csrf": token})
    reader.box.refuse = "E_BUSY"
    await reader.ask("POST", "/do", {"operation": "label", "where": "mat-sau", "csrf": token})
    assert "mat-sau đang bận" in await reader.text()
    await reader.ask("POST", "/leave", {"csrf": token})
    used = [(one.use, one.subject, one.address, one.outcome, one.code) for one in reader.box.used]
    assert used == [
        ("wrong-pin", "", PEER, "refused", ""),
        ("enter", "", PEER, "done", ""),
        ("tone", "nga-ba", PEER, "done", ""),
        ("label", "mat-sau", PEER, "refused", "E_BUSY"),
        ("leave", "", PEER, "done", ""),
    ]
    assert "<button" not in await reader.text()


async def test_an_operation_that_fails_is_shown_and_recorded_and_the_page_goes_on() -> None:
    class BrokenBox(FakeBox):
        async def run(
            self, name: OperationName, subject: str, _requester: Requester
        ) -> OperationOutput:
            raise StoreError("E_DISK", "state.db", "disk I/O error")

    reader = Reader(BrokenBox())
    token = await reader.enter()
    await reader.ask("POST", "/do", {"operation": "silence-on", "csrf": token})
    assert "Không làm được" in await reader.text()
    assert reader.box.used[-1].outcome == "failed"
    assert reader.box.used[-1].code == "E_DISK"


async def test_a_status_that_cannot_be_read_is_shown_with_its_code() -> None:
    class UnreadableBox(FakeBox):
        async def read(self) -> StationStatus:
            raise StoreError("E_DISK", "state.db", "disk I/O error")

    response = await Reader(UnreadableBox()).ask("GET", "/")
    assert response.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert "E_DISK" in response.body.decode()


async def test_faults_of_the_settings_are_listed_in_the_readers_language() -> None:
    box = FakeBox(
        faults=[ValidationFault("station.yaml", 8, 3, "broker.prt", "unknown_key", hint="port")]
    )
    reader = Reader(box)
    token = await reader.enter()
    await reader.ask("POST", "/do", {"operation": "reload", "csrf": token})
    text = await reader.text()
    assert "station.yaml:8:3" in text
    assert "có phải ý bạn là port?" in text


async def test_the_bundle_is_downloaded_as_a_file() -> None:
    reader = Reader()
    token = await reader.enter()
    response = await reader.ask("POST", "/do", {"operation": "bundle", "csrf": token})
    assert response.body.startswith(b"\x1f\x8b")
    assert header(response, "Content-Disposition") == ['attachment; filename="tv-cl-0007.tar.gz"']


async def test_after_wrong_tries_the_page_says_how_long_to_wait_and_has_no_field() -> None:
    reader = Reader()
    for _ in range(5):
        response = await reader.ask("POST", "/enter", {"pin": "000000"})
    assert response.status == HTTPStatus.TOO_MANY_REQUESTS
    response = await reader.ask("POST", "/enter", {"pin": PIN})
    assert response.status == HTTPStatus.TOO_MANY_REQUESTS
    assert "Thử lại sau" in response.body.decode()
    assert b'name="pin"' not in response.body
    assert len(reader.box.used) == 5  # a try during the wait is not compared, so it does not count


async def test_without_a_pin_no_session_can_be_opened() -> None:
    reader = Reader(pin=None)
    assert "Chưa đặt mã PIN" in (await reader.ask("GET", "/enter")).body.decode()
    response = await reader.ask("POST", "/enter", {"pin": ""})
    assert header(response, "Set-Cookie") == []
    assert reader.box.used == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("POST", "/nothing", 404),
        ("GET", "/do", 404),
        ("PUT", "/", 405),
        ("DELETE", "/enter", 405),
        ("HEAD", "/", 200),
    ],
)
async def test_an_unknown_path_or_method_has_its_own_status(
    method: str, path: str, status: int
) -> None:
    assert (await Reader().ask(method, path)).status.value == status
