"""Pictures that go out with a post: turned upright, without what the camera noted, and small enough
for a network.
"""

import io
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

FULL = (10_000_000, 4096)
SMALL = (1_000_000, 1024)
"""Bytes and pixels a side: of the picture on LINE and Facebook, and of LINE's preview in the
chat.
"""
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}
MOST_PIXELS = 50_000_000
"""A picture with more is not opened: a few bytes may claim any size."""
SIDES = (4096, 2048, 1024, 512, 240)
QUALITIES = (92, 80, 60)


BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
BROKEN = (UnidentifiedImageError, OSError, ValueError, SyntaxError, *BOMBS)


class Unreadable(Exception):
    """It is no picture that can be shown, or an absurdly large one."""

    safe_text = True


def fitted(path: Path, most: int, side: int = SIDES[0]) -> tuple[bytes, str]:
    """The picture as JPEG or PNG of at most `most` bytes and `side` pixels a side, and its type.
    Unreadable.

    A PNG that fits is not touched (charts stay sharp); a photo is written anew, so that its place
    and time stay here."""
    try:
        with Image.open(path, formats=("JPEG", "PNG", "GIF")) as opened:
            # Asked before its pixels are read: unpacked, a few bytes may fill the memory.
            if opened.width * opened.height > MOST_PIXELS:
                raise Unreadable("too many pixels")
            opened.load()
            fits = max(opened.size) <= side and path.stat().st_size <= most
            if fits and _is_clean_png(opened):
                return path.read_bytes(), TYPES["PNG"]
            picture = _flat(ImageOps.exif_transpose(opened))
    except BROKEN as error:
        raise Unreadable(type(error).__name__) from None
    for width in SIDES:
        if width > side:
            continue
        data = _as_jpeg(picture, width, most)
        if data is not None:
            return data, TYPES["JPEG"]
    raise Unreadable("too large")


def _is_clean_png(picture: Image.Image) -> bool:
    """Whether it may go out as it is: nothing was noted in it."""
    return picture.format == "PNG" and not picture.info.get("exif")


def _as_jpeg(picture: Image.Image, width: int, most: int) -> bytes | None:
    """The picture within a square of this width, as well as so many bytes allow; None where they
    allow it not at all.
    """
    smaller = picture.copy()
    smaller.thumbnail((width, width))
    for quality in QUALITIES:
        out = io.BytesIO()
        smaller.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= most:
            return out.getvalue()
    return None


def _flat(picture: Image.Image) -> Image.Image:
    """What is transparent becomes white: JPEG has no such thing, and black would hide a chart's
    letters.
    """
    rgba = picture.convert("RGBA")
    ground = Image.new("RGB", rgba.size, "white")
    ground.paste(rgba, mask=rgba.getchannel("A"))
    return ground


@lru_cache(maxsize=4)
def kept(path: Path, most: int, side: int) -> tuple[bytes, str]:
    """`fitted`, remembered: all followers ask for the same picture within minutes. The bytes never
    change.
    """
    return fitted(path, most, side)
