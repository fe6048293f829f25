"""Lists by pages: the buttons that turn them."""

from collections.abc import Mapping

from handlers.chat import Button
from handlers.i18n import _


def turn_buttons(name: str, args: Mapping[str, str], page: int, *, more: bool) -> list[Button]:
    """[ก่อนหน้า] and [ถัดไป], where there are such pages: the action `name` gets `args` and `page`,
    counted from 0.
    """
    turns = ((_("ก่อนหน้า"), page > 0, page - 1), (_("ถัดไป"), more, page + 1))
    return [Button(label, name, {**args, "page": str(to)}) for label, there, to in turns if there]
