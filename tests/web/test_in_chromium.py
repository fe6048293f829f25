"""The pages in a real browser: logged in by each way, a call by keyboard alone, the board and a long
form, at the widths of a telephone and of a desk, light and dark; nothing comes from elsewhere.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, Route, async_playwright, expect

from domain.staff import Identity, Platform
from store import staff
from tests.fakes.clock import PATIENCE, FakeClock
from tests.fakes.line_login import LIFF_ID, FakeLineLogin
from tests.looking.camera import REQUIRED, find_browser
from tests.web.conftest import NOW, PagedDesk, paged_desk
from tests.web.test_logins import NOK, TOKEN, signed

pytestmark = pytest.mark.long

MISSING = "no Chromium on this machine: the pages were not looked at"
PHONE = {"width": 360, "height": 640}
DESK = {"width": 1920, "height": 1080}
LOOKS = [(PHONE, "light"), (PHONE, "dark"), (DESK, "light"), (DESK, "dark")]
UNNAMED = """() => [...document.querySelectorAll("button, a, input:not([type=hidden]), textarea, select")]
  .filter(one => !(one.innerText || "").trim() && !one.getAttribute("aria-label")
    && !(one.labels && one.labels.length))
  .map(one => one.outerHTML)"""
SMALL = """() => [...document.querySelectorAll("button, .button, nav a, textarea")]
  .map(one => [one.innerText, one.getBoundingClientRect()])
  .filter(([_words, box]) => box.width && box.height < 43.5)
  .map(([words, box]) => `${words}: ${box.height}`)"""


@dataclass
class Looked:
    """What went on in a browser: what its pages complained of, and asked of other hosts."""

    context: BrowserContext
    url: str
    wrong: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    scripts: dict[str, str] = field(default_factory=dict)
    """What the hosts of chat apps answer."""

    async def page(self) -> Page:
        page = await self.context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", self._note)
        await page.route("**/*", self._asked)
        return page

    def _note(self, message: object) -> None:
        if message.type == "error":  # type: ignore[attr-defined]
            self.wrong.append(message.text)  # type: ignore[attr-defined]

    async def _asked(self, route: Route) -> None:
        url = route.request.url
        if url.startswith(self.url):
            await route.continue_()
            return
        self.elsewhere.append(url)
        script = self.scripts.get(url, "")
        await route.fulfill(body=script, content_type="text/javascript")


@asynccontextmanager
async def looking(url: str, size: dict[str, int], scheme: str) -> AsyncIterator[Looked]:
    path = find_browser()
    if path is None:
        if os.environ.get(REQUIRED) == "required":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        context = await browser.new_context(viewport=size, color_scheme=scheme, locale="th-TH")
        yield Looked(context, url)
        await browser.close()


async def must_be_usable(page: Page) -> None:
    """Nothing lies beside the screen, is without a name, or too small for a finger."""
    width = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0
    assert await page.evaluate(UNNAMED) == []
    assert await page.evaluate(SMALL) == []


async def log_in(page: Page, desk: PagedDesk, name: str) -> None:
    await page.goto(f"{desk.url}/login/{await desk.link(name)}")
    await must_be_usable(page)
    await page.get_by_role("button").click()
    await page.wait_for_url(f"{desk.url}/")


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
async def test_a_call_by_keyboard_alone(tmp_path: Path, size: dict[str, int], scheme: str):
    async with paged_desk(tmp_path) as desk, looking(desk.url, size, scheme) as seen:
        page = await seen.page()
        await log_in(page, desk, "นก")
        keyboard = page.keyboard
        await keyboard.type("หา C81554")
        await keyboard.press("Enter")
        await expect(page.get_by_role("log")).to_contain_text("นายสมชาย ใจดี")
        await keyboard.type("สร้างใบงาน C81554 โทร 1.1 ถามเวลาทำการ")
        await keyboard.press("Enter")
        await expect(page.get_by_role("log")).to_contain_text("R2611000124")
        await keyboard.press("Alt+Digit1")
        await expect(page.locator(".bubble.desk").last).to_contain_text("ผล")
        await keyboard.type("แจ้งเวลาทำการแล้ว")
        await keyboard.press("Enter")
        await expect(page.locator(".bubble.desk").last).to_contain_text("ปิด")
        await must_be_usable(page)
        await page.reload()
        await expect(page.get_by_role("log")).to_contain_text("R2611000124")
        await page.screenshot(path=tmp_path / "call.png")
        assert seen.wrong == []
        assert seen.elsewhere == []
        row = await desk.db.fetch_one("SELECT status FROM tickets")
        assert row["status"] == "closed"


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
async def test_the_board_gives_a_ticket_to_a_name(
    tmp_path: Path, size: dict[str, int], scheme: str
):
    async with paged_desk(tmp_path) as desk, looking(desk.url, size, scheme) as seen:
        nok = await desk.logged_in("นก")
        await nok.says("สร้างใบงาน C81554 โทร 1.1 ถามเวลาทำการ")
        page = await seen.page()
        await log_in(page, desk, "ฝน")
        await page.get_by_role("link", name="กระดานงาน").click()
        row = page.locator("[data-ticket=R2611000124]")
        await expect(row).to_contain_text("นก")
        await must_be_usable(page)
        if size is DESK:
            await row.drag_to(page.locator("[data-give=เมย์]"))
        else:
            await row.get_by_role("combobox").select_option("เมย์")
            await row.get_by_role("button", name="มอบหมาย").click()
        await expect(row.locator("span")).to_contain_text("เมย์")
        await expect(page.locator("#state")).to_contain_text("R2611000124")
        await row.get_by_role("button", name="R2611000124").click()
        await page.wait_for_url(f"{desk.url}/")
        await expect(page.locator(".bubble.desk").last).to_contain_text("ถามเวลาทำการ")
        assert seen.wrong == []
        assert seen.elsewhere == []


async def test_a_long_form_loses_nothing_by_leaving(tmp_path: Path):
    async with paged_desk(tmp_path) as desk, looking(desk.url, PHONE, "light") as seen:
        page = await seen.page()
        await log_in(page, desk, "นก")
        await page.keyboard.type("ผู้รับบริการใหม่ นางพิมพ์ใจ ทดลองดี")
        await page.keyboard.press("Enter")
        await page.get_by_role("link", name="กรอกทั้งหน้า").click()
        await page.get_by_label("อีเมล", exact=True).fill("pimjai@example.com")
        await expect(page.locator("#state")).to_have_text("เก็บร่างแล้ว")
        await must_be_usable(page)
        await page.goto("about:blank")
        await page.goto(f"{desk.url}/")
        await page.get_by_role("link", name="กรอกทั้งหน้า").last.click()
        await expect(page.get_by_label("อีเมล", exact=True)).to_have_value("pimjai@example.com")
        assert seen.wrong == []


async def test_a_page_that_was_left_open_goes_on_when_the_desk_is_back(tmp_path: Path):
    async with paged_desk(tmp_path) as desk, looking(desk.url, DESK, "light") as seen:
        page = await seen.page()
        await log_in(page, desk, "นก")
        await page.keyboard.type("ยังไม่ได้ส่ง")
        await page.reload()
        await expect(page.get_by_role("textbox")).to_have_value("ยังไม่ได้ส่ง")
        await seen.context.set_offline(True)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("ข้อความ")
        await expect(page.get_by_role("textbox")).to_have_value("ยังไม่ได้ส่ง")
        await seen.context.set_offline(False)
        await page.keyboard.press("Enter")
        await expect(page.locator(".bubble.mine").last).to_contain_text("ยังไม่ได้ส่ง")


async def test_a_file_is_chosen_and_a_picture_is_shown(tmp_path: Path):
    async with paged_desk(tmp_path) as desk, looking(desk.url, DESK, "light") as seen:
        page = await seen.page()
        await log_in(page, desk, "นก")
        file = {"name": "ขอข้อมูล.txt", "mimeType": "text/plain", "buffer": "ข้อความ".encode()}
        await page.locator("input[type=file]").set_input_files(file)
        await expect(page.locator(".bubble.mine").last).to_contain_text("ขอข้อมูล.txt")
        await expect(page.locator(".bubble.desk").last).to_contain_text("ขอข้อมูล.txt")
        assert seen.wrong == []


TELEGRAM_SCRIPT = "https://telegram.org/js/telegram-web-app.js"
LINE_SCRIPT = "https://static.line-scdn.net/liff/edge/2/sdk.js"


async def test_telegram_and_line_log_in_who_opens_the_page_in_them(tmp_path: Path):
    line = FakeLineLogin(FakeClock(NOW))
    await line.start()
    settings = {"telegram_token": TOKEN, "telegram_api_url": "http://127.0.0.1:9"}
    settings |= {"line_channel_secret": "s", "line_access_token": "t", "line_liff_id": LIFF_ID}
    settings |= {"line_api_url": line.url, "line_data_api_url": line.url}
    async with paged_desk(tmp_path, **settings) as desk, looking(desk.url, PHONE, "light") as seen:

        async def link(tx):
            for platform, user in ((Platform.TELEGRAM, str(NOK)), (Platform.LINE, "Unok")):
                await staff.link_identity(tx, Identity(platform, user, desk.ids["นก"], user), NOW)

        await desk.db.write(link)
        init_data = signed(at=desk.clock())
        seen.scripts[TELEGRAM_SCRIPT] = (
            f"window.Telegram = {{WebApp: {{initData: {init_data!r}, expand() {{}}}}}};"
        )
        token = line.token("Unok")
        seen.scripts[LINE_SCRIPT] = (
            "window.liff = {init: async () => {}, isLoggedIn: () => true, "
            f"getIDToken: () => {token!r}}};"
        )
        for path in ("/login/telegram", "/login/line"):
            await seen.context.clear_cookies()
            page = await seen.page()
            await page.goto(f"{desk.url}{path}")
            await page.wait_for_url(f"{desk.url}/")
            await expect(page.get_by_role("log")).to_be_visible()
        assert seen.elsewhere == [TELEGRAM_SCRIPT, LINE_SCRIPT]
        assert seen.wrong == []
    await line.stop()
