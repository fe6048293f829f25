"""What pages load: stylesheet, script, and the font, which is cut to the letters that a desk in
Thailand writes. Their addresses change with what is in them, so browsers keep them for good.
"""

import asyncio
import gzip
import hashlib
from functools import cache
from importlib import resources
from io import BytesIO
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

FOLDER = Path(__file__).with_name("static")
MIMES = {
    "desk.css": "text/css",
    "pages.css": "text/css",
    "desk.js": "text/javascript",
    "board.js": "text/javascript",
    "form.js": "text/javascript",
    "telegram.js": "text/javascript",
    "line.js": "text/javascript",
    "sarabun.woff": "font/woff",
    "icon.svg": "image/svg+xml",
}
FONT = "sarabun.woff"
LETTERS = [*range(0x20, 0x7F), 0xA0, 0xB7, 0xD7, *range(0x0E01, 0x0E5C), *range(0x2010, 0x2027)]
"""Latin and Thai, with the dashes and quotes between them."""
FOR_GOOD = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}


@cache
def bytes_of(name: str) -> bytes:
    """What is served under this name."""
    if name == FONT:
        return _font()
    return (FOLDER / name).read_bytes()


@cache
def _packed(name: str) -> bytes:
    """The same compressed; the font is already. Pages are not: they hold the session's word."""
    return gzip.compress(bytes_of(name))


def _font() -> bytes:
    """Sarabun out of its package, without the letters that nobody needs here."""
    from fontTools.subset import Options, Subsetter, load_font, save_font

    file = resources.files("fontpkg_sarabun") / "files" / "Sarabun-Regular.ttf"
    options = Options(flavor="woff", hinting=False, desubroutinize=True)
    font = load_font(BytesIO(file.read_bytes()), options)
    cut = Subsetter(options)
    cut.populate(unicodes=LETTERS)
    cut.subset(font)
    made = BytesIO()
    save_font(font, made, options)
    return made.getvalue()


@cache
def version() -> str:
    """What tells one release of the pages from another."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.parent.rglob("*")):
        if path.suffix in {".css", ".js", ".html"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def address_of(name: str) -> str:
    """Where a page finds it."""
    return f"/static/{version()}/{name}"


async def serve(request: Request) -> Response:
    """One of them, whichever version is asked for."""
    name = request.path_params["name"].rpartition("/")[2]
    if name not in MIMES:
        return PlainTextResponse("", 404)
    # The font is cut by the first who asks, which takes a moment.
    content = await asyncio.to_thread(bytes_of, name)
    headers = dict(FOR_GOOD)
    if "gzip" in request.headers.get("accept-encoding", "") and name != FONT:
        content = _packed(name)
        headers["Content-Encoding"] = "gzip"
    return Response(content, media_type=MIMES[name], headers=headers)
