"""Chromium as camera and ruler: photographs a chat and measures what is in it, without any network."""

import io
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from math import ceil

from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.looking.phone import page as phone_page
from tests.looking.shown import ROWS, SMALL, Conversation, PhoneSize

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
REQUIRED = "DESKBOT_TEST_CHROMIUM"
"""With the value "required", no Chromium is a failure and no reason to pass over a test."""
TAPPABLE = 44
"""Pixels that a finger needs."""
SAME_HEIGHT = 6
"""Pixels by which two pictures of the same may differ in height."""
SHRUNK = 4
PLAIN = 40
"""Steps of a colour that are plain to see once a picture is so many times smaller."""
_FONTS = {
    "https://fonts.looking.invalid/Roboto": ("fontpkg_roboto", "Roboto[wdth,wght].ttf"),
    "https://fonts.looking.invalid/NotoSansThai": (
        "fontpkg_noto_sans_thai",
        "NotoSansThai[wdth,wght].ttf",
    ),
}
_READ = """() => {
  const scroll = document.querySelector(".scroll");
  const view = scroll.getBoundingClientRect();
  const cut = el => [...el.querySelectorAll(".label, .one-line"), el]
    .some(one => getComputedStyle(one).textOverflow === "ellipsis" && one.scrollWidth > one.clientWidth);
  const messages = [...document.querySelectorAll("[data-message]")].map(el => {
    const box = el.getBoundingClientRect();
    const taps = [...el.querySelectorAll("[data-tap]")].map(tap => {
      const at = tap.getBoundingClientRect();
      return {label: tap.innerText.trim(), top: at.top - box.top, height: at.height, width: at.width,
              style: tap.dataset.style || "", cut: cut(tap), shown: at.right <= innerWidth + 1};
    });
    return {own: el.classList.contains("own"), height: box.height, taps: taps};
  });
  return {visible: view.height, messages: messages};
}"""


def find_browser() -> str | None:
    """Where this machine has a Chromium."""
    named = os.environ.get("DESKBOT_CHROMIUM")
    return named or next(filter(None, map(shutil.which, BROWSERS)), None)


@dataclass(frozen=True, slots=True)
class Tap:
    """What can be pressed: how far below the message's top it begins, and how large it is."""

    label: str
    top: float
    height: float
    width: float
    style: str
    cut: bool
    """Whether its words end in dots."""
    shown: bool
    """Whether it lies within the screen's width."""

    @property
    def bottom(self) -> float:
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class Measured:
    """One message of a chat, in pixels. `visible` = what the telephone has for messages."""

    own: bool
    height: float
    visible: float
    taps: tuple[Tap, ...]

    @property
    def rows(self) -> int:
        """Rows of the telephone, of which `ROWS` are one screen."""
        return ceil(self.height / (self.visible / ROWS) - 0.01)

    @property
    def lowest(self) -> float | None:
        """The height of the smallest thing that can be pressed; None = there is none."""
        return min((tap.height for tap in self.taps if tap.shown), default=None)

    @property
    def next_step(self) -> Tap | None:
        """What is most wanted next: the primary button, else the first one."""
        styled = [tap for tap in self.taps if tap.style == "primary"]
        return next(iter([*styled, *self.taps]), None)

    @property
    def next_in_sight(self) -> bool:
        """Whether the next step is seen both with the message's top at the screen's, and with its
        end at the screen's end.
        """
        step = self.next_step
        if step is None:
            return True
        from_top = step.bottom <= self.visible
        from_end = self.height - step.top <= self.visible
        return from_top and from_end

    @property
    def cut(self) -> tuple[str, ...]:
        """Labels that end in dots."""
        return tuple(tap.label for tap in self.taps if tap.cut)


class Camera:
    """Takes pictures of pages; whatever they ask for comes from here, or not at all."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    @contextmanager
    def _opened(
        self, html: str, size: PhoneSize, pictures: Mapping[str, bytes], scale: float = 1
    ) -> Iterator[Page]:
        context = self._browser.new_context(
            viewport={"width": size.width, "height": size.height},
            device_scale_factor=scale,
            locale="th-TH",
            reduced_motion="reduce",
        )

        def answer(route: Route) -> None:
            data = _resource(route.request.url, pictures)
            if data is None:
                route.abort()
                return
            route.fulfill(body=data, headers={"Access-Control-Allow-Origin": "*"})

        try:
            context.route("**/*", answer)
            opened = context.new_page()
            opened.set_content(html, wait_until="load")
            opened.evaluate("document.fonts.ready")
            yield opened
        finally:
            context.close()

    def measure(self, talk: Conversation, size: PhoneSize = SMALL) -> list[Measured]:
        """Each message of the chat."""
        with self._opened(phone_page(talk), size, talk.pictures) as opened:
            read = opened.evaluate(_READ)
        return [
            Measured(
                each["own"],
                each["height"],
                read["visible"],
                tuple(Tap(**tap) for tap in each["taps"]),
            )
            for each in read["messages"]
        ]

    def photograph(
        self,
        talk: Conversation,
        size: PhoneSize = SMALL,
        *,
        dark: bool = False,
        whole: bool = False,
        scale: float = 2,
    ) -> Image.Image:
        """The telephone with this chat; `whole` = from its first message to its last."""
        html = phone_page(talk, dark=dark, whole=whole)
        with self._opened(html, size, talk.pictures, scale) as opened:
            taken = opened.screenshot(full_page=whole)
        return Image.open(io.BytesIO(taken)).convert("RGB")

    def photograph_page(self, html: str, size: PhoneSize, scale: float = 1) -> Image.Image:
        """Any page, as long as it is."""
        with self._opened(html, size, {}, scale) as opened:
            taken = opened.screenshot(full_page=True)
        return Image.open(io.BytesIO(taken)).convert("RGB")


def _resource(url: str, pictures: Mapping[str, bytes]) -> bytes | None:
    """A font, or a picture of the conversation."""
    if url in _FONTS:
        package, name = _FONTS[url]
        return (resources.files(package) / "files" / name).read_bytes()
    return pictures.get(url)


@contextmanager
def camera() -> Iterator[Camera]:
    """A browser of its own, closed behind. Raises LookupError where the machine has none."""
    path = find_browser()
    if path is None:
        raise LookupError("Chromium is missing; on Debian: apt-get install chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--font-render-hinting=none",
            ],
        )
        try:
            yield Camera(browser)
        finally:
            browser.close()


def small(picture: Image.Image, colours: int = 96) -> bytes:
    """The picture as a PNG of few bytes."""
    out = io.BytesIO()
    picture.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def difference(one: Image.Image, other: Image.Image) -> float:
    """The share of two pictures, made small, that plainly differs; 1.0 where their heights do."""
    if one.width != other.width or abs(one.height - other.height) > SAME_HEIGHT:
        return 1.0
    size = (one.width // SHRUNK, min(one.height, other.height) // SHRUNK)
    box = (0, 0, size[0] * SHRUNK, size[1] * SHRUNK)
    shrunk = [each.convert("RGB").resize(size, Image.Resampling.BOX, box) for each in (one, other)]
    red, green, blue = ImageChops.difference(*shrunk).split()
    apart = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return sum(apart.histogram()[PLAIN:]) / (size[0] * size[1])


def told(measured: Sequence[Measured]) -> str:
    """The measures as a table, a message of the desk's a line."""
    lines = [f"{'rows':>5} {'px':>5} {'min tap':>8} {'next in sight':>14}  cut labels"]
    for one in measured:
        if one.own:
            continue
        lowest = "-" if one.lowest is None else f"{one.lowest:.0f}"
        sight = "yes" if one.next_in_sight else "NO"
        lines.append(
            f"{one.rows:>5} {one.height:>5.0f} {lowest:>8} {sight:>14}  {' | '.join(one.cut)}"
        )
    return "\n".join(lines)
