"""The page in Debian's Chromium at a phone's width: looks, language, PIN, and no one else asked."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, async_playwright, expect

from agent.control.station_status import (
    CommissioningTestStatus,
    LineState,
    OutputStatus,
    ZoneStatus,
)
from agent.page.pin_auth import PinAuth
from agent.page.routes import StationPage
from agent.page.server import PageServer
from tests.fakes.page_fixture import FAULTY, HEALTHY, FakeBox

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PIN = "271828"
PHONE = {"width": 390, "height": 844}
SMALLEST = {"width": 320, "height": 568}
PAGE_BYTES = 60 * 1024
expect.set_options(timeout=60_000)  # a limit, never waited for when all is well


@dataclass
class BrowserTestbed:
    """A station's page and a browser; what the browser asked for and complained of."""

    browser: Browser
    box: FakeBox
    pin_auth: PinAuth
    url: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    bytes_: int = 0

    async def phone(self, *, script: bool = True, small: bool = False) -> Page:
        context = await self.browser.new_context(
            viewport=SMALLEST if small else PHONE,  # type: ignore[arg-type]  # a literal dict is a ViewportSize
            java_script_enabled=script,
        )
        page = await context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await page.route("**/*", self._hear)
        return page

    async def _hear(self, route: Route) -> None:
        self.asked.append(route.request.url)
        response = await route.fetch(max_redirects=0)
        self.bytes_ += len(await response.body())
        await route.fulfill(response=response)


@pytest_asyncio.fixture
async def testbed(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BrowserTestbed]:
    monkeypatch.setattr("agent.page.routes.SHARED_S", 0.0)  # the browser's clock is moved by hand
    box, pin_auth = FakeBox(), PinAuth(PIN)
    site = StationPage("tv-cl-0007", box, box.operations, pin_auth, ["127.0.0.1"])
    server = PageServer([("127.0.0.1", 0)], site.answer, lambda *_: None)
    running = asyncio.create_task(server.run(), name="page")
    async with asyncio.timeout(60):
        while not server.bound:  # noqa: ASYNC110 - bound by the operating system
            await asyncio.sleep(0.01)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield BrowserTestbed(browser, box, pin_auth, f"http://127.0.0.1:{server.bound[0][1]}")
        await browser.close()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def enter(page: Page, testbed: BrowserTestbed) -> None:
    await page.goto(f"{testbed.url}/enter")
    await page.get_by_label("Nhập mã PIN").fill(PIN)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{testbed.url}/#controls")


async def test_a_phone_shows_the_station_asks_nobody_else_and_complains_of_nothing(
    testbed: BrowserTestbed,
) -> None:
    page = await testbed.phone()
    await page.clock.install(time="2001-01-01T00:00:00")  # this browser has no idea of the time
    await page.goto(testbed.url)
    await expect(page.get_by_role("heading", level=1)).to_have_text("ĐANG PHÁT")
    await expect(page.get_by_alt_text("Mặt mat-truoc đang hiện")).to_be_visible()
    width = await page.evaluate("document.images[0].naturalWidth")
    assert width == 512
    assert len(testbed.asked) == 3  # the page and two faces
    assert all(one.startswith(f"{testbed.url}/") for one in testbed.asked)
    assert testbed.bytes_ <= PAGE_BYTES
    # the box's clock goes on from the box's time, whatever this machine's own says
    await page.clock.run_for(2_100)
    await expect(page.locator(".time")).to_have_text("17:00:14")
    # news come by themselves
    testbed.box.shown = FAULTY
    await page.clock.run_for(3_000)
    await expect(page.get_by_role("heading", level=1)).to_have_text("CÓ LỖI")
    fold = page.get_by_text("Chi tiết cho trung tâm").first
    await fold.click()
    hint = page.get_by_text("/dev/ttyUSB0")
    await expect(hint).to_be_visible()
    testbed.box.shown = replace(FAULTY, at=FAULTY.at + timedelta(minutes=7))
    await page.clock.run_for(5_000)
    await expect(page.locator(".time")).to_contain_text("17:07")
    await expect(hint).to_be_visible()  # what was opened stays open
    assert testbed.complaints == []


async def test_an_amplifier_under_trial_is_seen_on_and_off_within_the_five_seconds_of_a_look(
    testbed: BrowserTestbed,
) -> None:
    page = await testbed.phone()
    await page.clock.install(time="2001-01-01T00:00:00")
    zone = ZoneStatus("nga-ba", "ordinary", "off", is_switched=True)

    def show(state: LineState, *trials: CommissioningTestStatus) -> None:
        output = OutputStatus("loa", is_up=True, zones=(replace(zone, state=state),))
        testbed.box.shown = replace(HEALTHY, outputs=(output,), trials=trials)

    show("off")
    await page.goto(testbed.url)
    amplifier = page.locator(".zones .state")
    await expect(amplifier).to_have_text("tăng âm tắt")
    show("settling", CommissioningTestStatus("tone", "nga-ba"))
    await page.clock.pause_at("2001-01-01T00:01:00")  # one look; time stands still from here
    await expect(amplifier).to_have_text("đang bật")
    show("on", CommissioningTestStatus("tone", "nga-ba"))
    await page.clock.run_for(1_100)
    await expect(amplifier).to_have_text("tăng âm BẬT")
    show("off")
    await page.clock.run_for(1_100)
    await expect(amplifier).to_have_text("tăng âm tắt")


async def test_the_smallest_phone_scrolls_in_one_direction_only_in_both_languages(
    testbed: BrowserTestbed,
) -> None:
    testbed.box.shown = FAULTY
    page = await testbed.phone(small=True)
    await enter(page, testbed)
    for lang in ("en", "vi"):
        await page.goto(f"{testbed.url}/?lang={lang}")
        assert await page.evaluate("document.documentElement.scrollWidth") == 320
        assert await page.evaluate("document.documentElement.lang") == lang
    small = await page.evaluate(
        "[...document.querySelectorAll('button, a.button')]"
        ".filter(b => b.getBoundingClientRect().height < 44).length"
    )
    assert small == 0  # a thumb needs 44 px: WCAG 2.2, 2.5.5
    assert testbed.complaints == []


async def test_every_text_stands_out_from_its_ground(testbed: BrowserTestbed) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1; computed by the standard's own formula."""
    testbed.box.shown = FAULTY
    for scheme in ("light", "dark"):
        page = await testbed.phone()
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # both are schemes
        await enter(page, testbed)
        faint = await page.evaluate(CONTRAST)
        assert faint == [], scheme
        await page.context.close()


CONTRAST = """() => {
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const linear = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = c => 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    if (!e.checkVisibility()) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(e.tagName + ' ' + e.textContent.slice(0, 40) + ' ' + ratio);
  }
  return faint;
}"""


async def test_everything_works_without_script_too(testbed: BrowserTestbed) -> None:
    page = await testbed.phone(script=False)
    await page.goto(testbed.url)
    await expect(page.get_by_role("heading", level=1)).to_have_text("ĐANG PHÁT")
    await expect(page.locator(".time")).to_have_text("17:00:12")
    assert await page.locator("noscript meta[http-equiv=refresh]").count() == 1
    await page.get_by_role("link", name="Nhập mã PIN").click()
    await page.get_by_label("Nhập mã PIN").fill(PIN)
    await page.get_by_role("button", name="Mở").click()
    await page.get_by_role("button", name="Âm thử: nga-ba").click()
    await expect(page.get_by_text("Âm thử ở nga-ba: hai giây")).to_be_visible()
    await expect(page.get_by_role("heading", level=1)).to_have_text("ĐANG THỬ")
    assert testbed.box.calls == [("tone", "nga-ba")]
    await page.get_by_role("link", name="Switch to English").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("TESTING")


async def test_a_pin_opens_the_buttons_and_each_does_its_deed(testbed: BrowserTestbed) -> None:
    page = await testbed.phone()
    await page.goto(testbed.url)
    assert await page.get_by_role("button").count() == 0
    await enter(page, testbed)
    await page.get_by_role("button", name="Hình thử: mat-truoc").click()
    await expect(page.get_by_text("Hình thử ở mat-truoc: hai mươi giây")).to_be_visible()
    await page.get_by_role("button", name="Hiện tên trạm: mat-sau").click()
    await page.get_by_role("button", name="Bật im lặng").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("TẠM DỪNG")
    await page.get_by_role("button", name="Tắt im lặng").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("ĐANG PHÁT")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Tải về").click()
    assert (await download.value).suggested_filename == "tv-cl-0007.tar.gz"
    assert testbed.box.calls == [
        ("pattern", "mat-truoc"),
        ("label", "mat-sau"),
        ("silence-on", ""),
        ("silence-off", ""),
        ("bundle", ""),
    ]
    await page.get_by_role("button", name="Khóa lại").click()
    await expect(page.get_by_role("link", name="Nhập mã PIN")).to_be_visible()
    used = [one.use for one in testbed.box.used]
    assert (used[0], used[-1]) == ("enter", "leave")
    assert testbed.complaints == []


async def test_a_guesser_is_made_to_wait(testbed: BrowserTestbed) -> None:
    page = await testbed.phone()
    await page.goto(f"{testbed.url}/enter")
    for _ in range(5):
        await page.get_by_label("Nhập mã PIN").fill("000000")
        await page.get_by_role("button", name="Mở").click()
    await expect(page.get_by_text("Nhập sai nhiều lần.")).to_be_visible()
    assert await page.get_by_role("textbox").count() == 0
    assert [one.use for one in testbed.box.used] == ["wrong-pin"] * 5


async def test_a_box_that_falls_silent_is_not_shown_as_if_it_still_spoke(
    testbed: BrowserTestbed,
) -> None:
    page = await testbed.phone()
    await page.clock.install()
    await page.goto(testbed.url)
    alert = page.get_by_text("Mất liên lạc với hộp.")
    await page.unroute("**/*")
    await page.route("**/*", lambda route: route.abort())
    await page.clock.run_for(5_100)
    await expect(alert).to_be_hidden()  # one lost question is no lost box
    await page.clock.run_for(5_100)
    await expect(alert).to_be_visible()
    stopped = await page.locator(".time").text_content()
    await page.clock.run_for(2_000)
    assert await page.locator(".time").text_content() == stopped
    await page.unroute("**/*")
    await page.clock.run_for(5_100)
    await expect(alert).to_be_hidden()
