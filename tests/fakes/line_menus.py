"""Rich menus of the LINE fake: created, given a picture once, named, set as default, linked to
people.
"""

import re
import secrets
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.fakes.clock import CLOCK
from tests.fakes.line_rules import image_size, menu_size_fits
from tests.fakes.schema import Issue
from tests.fakes.wire import Call, WireServer

_MAX_IMAGE = 1024 * 1024  # bytes


class Refused(Exception):
    """The request is answered with an error."""

    def __init__(
        self,
        message: str,
        code: int = 400,
        extra: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.extra = extra or {}
        self.headers = headers


class RichMenus(WireServer):
    """The part of the server that keeps rich menus; a method of it is an endpoint of
    line_api.json.
    """

    def __init__(
        self, *, strict: bool = True, clock: Callable[[], float] = CLOCK.timestamp
    ) -> None:
        super().__init__(strict=strict, clock=clock)
        self.menus: dict[str, dict[str, Any]] = {}
        self.menu_images: dict[str, tuple[str, bytes]] = {}
        self.default_menu: str | None = None
        self.aliases: dict[str, str] = {}
        self.linked_menus: dict[str, str] = {}

    def _menu_id(self, call: Call) -> str:
        menu_id = str(call.params["richMenuId"])
        if menu_id not in self.menus:
            raise Refused("Not found", 404)
        return menu_id

    def _pictured(self, call: Call) -> str:
        menu_id = self._menu_id(call)
        if menu_id not in self.menu_images:
            raise Refused("must upload richmenu image before applying it to user")
        return menu_id

    def _do_richmenu_create(self, call: Call, request_id: str) -> dict[str, Any]:
        menu_id = "richmenu-" + secrets.token_hex(16)
        self.menus[menu_id] = call.params
        return {"richMenuId": menu_id}

    def _do_richmenu_validate(self, call: Call, request_id: str) -> None:
        """The body has been checked by now."""

    def _do_richmenu_list(self, call: Call, request_id: str) -> dict[str, Any]:
        return {
            "richmenus": [{"richMenuId": menu_id} | menu for menu_id, menu in self.menus.items()]
        }

    def _do_richmenu_get(self, call: Call, request_id: str) -> dict[str, Any]:
        menu_id = self._menu_id(call)
        return {"richMenuId": menu_id} | self.menus[menu_id]

    def _do_richmenu_delete(self, call: Call, request_id: str) -> None:
        menu_id = self._menu_id(call)
        del self.menus[menu_id]
        self.menu_images.pop(menu_id, None)
        self.default_menu = None if self.default_menu == menu_id else self.default_menu
        self.linked_menus = {
            user: menu for user, menu in self.linked_menus.items() if menu != menu_id
        }

    def _do_richmenu_upload(self, call: Call, request_id: str) -> None:
        menu_id, data = self._menu_id(call), call.params.get("body", b"")
        mime = call.headers.get("content-type", "")
        if mime not in ("image/jpeg", "image/png"):
            self.violated(call, [Issue("Content-Type", mime)])
            raise Refused(f"The content type, {mime}, is not supported", 415)
        if menu_id in self.menu_images:
            raise Refused("An image has already been uploaded to the richmenu")
        found = image_size(data)
        if (
            found is None
            or found[0] != mime
            or len(data) > _MAX_IMAGE
            or not menu_size_fits(*found[1:])
        ):
            self.violated(call, [Issue("body", f"{found}, {len(data)} bytes")])
            raise Refused("The image size is not allowed for richmenu")
        self.menu_images[menu_id] = (mime, data)

    def _do_richmenu_download(self, call: Call, request_id: str) -> web.Response:
        mime, data = self.menu_images[self._pictured(call)]
        return web.Response(body=data, content_type=mime)

    def _do_richmenu_set_default(self, call: Call, request_id: str) -> None:
        self.default_menu = self._pictured(call)

    def _do_richmenu_get_default(self, call: Call, request_id: str) -> dict[str, Any]:
        if self.default_menu is None:
            raise Refused("no default richmenu", 404)
        return {"richMenuId": self.default_menu}

    def _do_richmenu_cancel_default(self, call: Call, request_id: str) -> None:
        self.default_menu = None

    def _do_richmenu_alias_create(self, call: Call, request_id: str) -> None:
        alias = call.params["richMenuAliasId"]
        if (
            not re.fullmatch("[a-z0-9_-]{1,32}", alias)
            or call.params["richMenuId"] not in self.menu_images
        ):
            raise Refused("richmenu not found or has no image, or the alias is malformed")
        if alias in self.aliases:
            raise Refused("conflict richmenu alias id")
        self.aliases[alias] = call.params["richMenuId"]

    def _do_richmenu_alias_update(self, call: Call, request_id: str) -> None:
        alias = self._alias(call)
        self.aliases[alias] = self._pictured(call)

    def _do_richmenu_alias_delete(self, call: Call, request_id: str) -> None:
        del self.aliases[self._alias(call)]

    def _do_richmenu_alias_get(self, call: Call, request_id: str) -> dict[str, Any]:
        alias = self._alias(call)
        return {"richMenuAliasId": alias, "richMenuId": self.aliases[alias]}

    def _do_richmenu_alias_list(self, call: Call, request_id: str) -> dict[str, Any]:
        rows = [
            {"richMenuAliasId": alias, "richMenuId": menu} for alias, menu in self.aliases.items()
        ]
        return {"aliases": rows}

    def _alias(self, call: Call) -> str:
        alias = str(call.params["richMenuAliasId"])
        if alias not in self.aliases:
            raise Refused("richmenu alias not found", 404)
        return alias

    def _do_richmenu_link(self, call: Call, request_id: str) -> None:
        self.linked_menus[call.params["userId"]] = self._pictured(call)

    def _do_richmenu_linked(self, call: Call, request_id: str) -> dict[str, Any]:
        if call.params["userId"] not in self.linked_menus:
            raise Refused("the user has no richmenu", 404)
        return {"richMenuId": self.linked_menus[call.params["userId"]]}

    def _do_richmenu_unlink(self, call: Call, request_id: str) -> None:
        self.linked_menus.pop(call.params["userId"], None)
