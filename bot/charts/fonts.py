"""The font that pictures are lettered with, and whether this machine sets Thai right with it."""

from importlib import resources
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

REGULAR = "Sarabun-Regular.ttf"
SEMIBOLD = "Sarabun-SemiBold.ttf"
MISSING = (
    "the library FriBidi is missing, without which tone marks lie upon vowels"
    " (on Debian: apt-get install libfribidi0)"
)


def sets_thai_right() -> bool:
    """Tell whether Pillow finds FriBidi, the one part of raqm that its wheels do not bring."""
    from PIL import features

    return bool(features.check("raqm"))


def sarabun(size: int, *, bold: bool = False, shaped: bool = True) -> "FreeTypeFont":
    """The font with letters of this size in pixels; not `shaped`, each letter stands by itself."""
    from PIL import ImageFont

    name = SEMIBOLD if bold else REGULAR
    file = resources.files("fontpkg_sarabun") / "files" / name
    # Only RAQM moves a tone mark above the vowel that stands under it.
    layout = ImageFont.Layout.RAQM if shaped else ImageFont.Layout.BASIC
    letters = BytesIO(file.read_bytes())
    return ImageFont.truetype(letters, size, layout_engine=layout)
