"""Condenses the published API descriptions into the two JSON tables that the fakes check against.

Run: python tests/fakes/extract_api.py SPEC_DIR (which holds telegram/api.json and
line/{messaging-api,insight}.json)

Only facts are kept. A field is "name" or "name!" (required) and its type is written in a small
notation: String Integer Float Boolean Uri InputFile Any, the name of an object, [T] for a list, A|B
for a choice, =word for a literal, and {low,high} for a range: of the number, of the items, or of
the length in UTF-16 units (b: in bytes; p: after the markup is taken out)."""

import json
import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LINE_ENDPOINTS = {
    "replyMessage": "reply",
    "pushMessage": "push",
    "broadcast": "broadcast",
    "showLoadingAnimation": "loading",
    "markMessagesAsReadByToken": "read",
    "createRichMenu": "richmenu.create",
    "validateRichMenuObject": "richmenu.validate",
    "getRichMenuList": "richmenu.list",
    "getRichMenu": "richmenu.get",
    "deleteRichMenu": "richmenu.delete",
    "setRichMenuImage": "richmenu.upload",
    "getRichMenuImage": "richmenu.download",
    "setDefaultRichMenu": "richmenu.set_default",
    "getDefaultRichMenuId": "richmenu.get_default",
    "cancelDefaultRichMenu": "richmenu.cancel_default",
    "createRichMenuAlias": "richmenu.alias_create",
    "getRichMenuAliasList": "richmenu.alias_list",
    "getRichMenuAlias": "richmenu.alias_get",
    "updateRichMenuAlias": "richmenu.alias_update",
    "deleteRichMenuAlias": "richmenu.alias_delete",
    "linkRichMenuIdToUser": "richmenu.link",
    "getRichMenuIdOfUser": "richmenu.linked",
    "unlinkRichMenuIdFromUser": "richmenu.unlink",
    "getBotInfo": "info",
    "getProfile": "profile",
    "getGroupSummary": "group.summary",
    "getGroupMemberCount": "group.count",
    "getRoomMemberCount": "room.count",
    "getMessageContent": "content",
    "getMessageQuota": "quota",
    "getMessageQuotaConsumption": "consumption",
    "getMessageEvent": "insight.event",
    "getNumberOfFollowers": "insight.followers",
    "getWebhookEndpoint": "endpoint.get",
    "setWebhookEndpoint": "endpoint.set",
    "testWebhookEndpoint": "endpoint.test",
}


def telegram_type(field: dict[str, Any]) -> str:
    """The field's type in the notation above; ranges and literals are read out of its
    description.
    """
    text, kinds = field["description"], list(field["types"])
    literal = re.search(r"(?:must be|always) [\"“]?([a-z][a-z_0-9]*)[\"”]?$", text)
    if kinds == ["String"] and literal:
        return "=" + literal[1]
    return "|".join(_nested(kind) + _prose_range(kind, text) for kind in kinds)


def _prose_range(kind: str, text: str) -> str:
    if kind == "String":
        if found := re.search(r"(\d+)-(\d+) (characters|bytes)( after entit)?", text):
            low, high, unit, parsed = found.groups()
            return f"{{{low},{high}{'b' if unit == 'bytes' else 'p' if parsed else ''}}}"
    elif kind == "Integer":
        if found := re.search(r"(?:between|[;,]) (\d+)-(\d+)\b", text):
            return f"{{{found[1]},{found[2]}}}"
    elif kind.startswith("Array"):
        if found := re.search(r"(\d+)-(\d+) (?!characters|bytes|alpha)", text):
            return f"{{{found[1]},{found[2]}}}"
        if found := re.search(r"[Aa]t most (\d+) ", text):
            return f"{{0,{found[1]}}}"
    return ""


def _nested(kind: str) -> str:
    return f"[{_nested(kind[9:])}]" if kind.startswith("Array of ") else kind


def telegram(spec: dict[str, Any]) -> dict[str, Any]:
    def fields(entry: dict[str, Any]) -> dict[str, str]:
        return {f["name"] + "!" * f["required"]: telegram_type(f) for f in entry.get("fields", [])}

    types = {
        name: "|".join(_nested(s) for s in entry["subtypes"])
        if entry.get("subtypes")
        else fields(entry)
        for name, entry in spec["types"].items()
        if name != "InputFile"
    }
    return {
        "source": "https://github.com/PaulSonOfLars/telegram-bot-api-spec api.json, condensed to facts",
        "version": f"{spec['version']} ({spec['release_date']})",
        "licence": "MIT, (c) 2020 Paul Larsen",
        "methods": {name: fields(entry) for name, entry in spec["methods"].items()},
        "types": types,
    }


class Line:
    """Walks the OpenAPI document from the endpoints in use to all schemas they reach."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self._spec = spec
        self._schemas: dict[str, Any] = spec["components"]["schemas"]
        self._word = {  # object -> the literal in its "type" that tells it from its siblings
            ref.rsplit("/", 1)[1]: word
            for schema in self._schemas.values()
            for word, ref in schema.get("discriminator", {}).get("mapping", {}).items()
        }
        self.reached: dict[str, Any] = {}

    def condensed(self) -> dict[str, Any]:
        endpoints = {}
        for path, operations in self._spec["paths"].items():
            for verb in operations.keys() & {"get", "post", "put", "delete"}:
                operation = operations[verb]
                if name := LINE_ENDPOINTS.get(operation["operationId"]):
                    answer = operation["responses"].get("200") or operation["responses"]["202"]
                    shapes = [self._body(operation.get("requestBody", {})), self._body(answer)]
                    endpoints[name] = [verb.upper(), path, *shapes]
        self.type_of({"$ref": "#/components/schemas/ErrorResponse"})
        return {
            "source": "https://github.com/line/line-openapi messaging-api.yml, condensed to facts",
            "version": "6e4c2a2a1b7b059ea3920456d4f88d03fd8ef0bb (2026-07-01)",
            "licence": "Apache-2.0, (c) 2016 LINE Corp.",
            "endpoints": {name: endpoints[name] for name in LINE_ENDPOINTS.values()},
            "schemas": dict(sorted(self.reached.items())),
        }

    def _body(self, holder: dict[str, Any]) -> str:
        schema = holder.get("content", {}).get("application/json", {}).get("schema")
        return self.type_of(schema) if schema else ""

    def type_of(self, schema: dict[str, Any]) -> str:
        if "$ref" in schema:
            return self._named(schema["$ref"].rsplit("/", 1)[1])
        if "enum" in schema:
            return "|".join("=" + word for word in schema["enum"])
        kind = schema.get("type")
        if kind == "array":
            return f"[{self.type_of(schema['items'])}]" + _span(schema, "Items")
        if kind == "string":
            return ("Uri" if schema.get("format") == "uri" else "String") + _span(schema, "Length")
        if kind == "integer":
            return "Integer" + _span(schema, "imum")
        return {"boolean": "Boolean", "number": "Float"}.get(str(kind), "Any")

    def _named(self, name: str) -> str:
        schema = self._schemas[name]
        if schema.get("type") != "object":
            return self.type_of(schema)
        if name not in self.reached:
            self.reached[name] = {}  # stands while a schema that contains itself is walked
            kinds = schema.get("discriminator", {}).get("mapping")
            choice = [self._named(ref.rsplit("/", 1)[1]) for ref in (kinds or {}).values()]
            self.reached[name] = "|".join(choice) or self._fields(name, schema)
        return name

    def _fields(self, name: str, schema: dict[str, Any]) -> dict[str, str]:
        merged: dict[str, Any] = {}
        required = set(schema.get("required", ()))
        for part in [*schema.get("allOf", ()), schema]:
            base = self._schemas[part["$ref"].rsplit("/", 1)[1]] if "$ref" in part else part
            merged |= base.get("properties", {})
            required |= set(base.get("required", ()))
        word = self._word.get(name)
        kept = {"type!": "=" + word} if word else {}
        rest = {prop: shape for prop, shape in merged.items() if not (word and prop == "type")}
        return kept | {
            prop + "!" * (prop in required): self.type_of(shape) for prop, shape in rest.items()
        }


def _span(schema: dict[str, Any], suffix: str) -> str:
    low, high = schema.get("min" + suffix, ""), schema.get("max" + suffix, "")
    return "" if low == high == "" else f"{{{low},{high}}}"


def write(path: Path, table: dict[str, Any]) -> None:
    """Compact JSON with one method, endpoint or type a line, so that a new version is a readable
    diff.
    """

    def pack(value: object) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    lines = []
    for key, value in table.items():
        if isinstance(value, dict):
            rows = ",\n".join(f"{pack(name)}:{pack(entry)}" for name, entry in value.items())
            lines.append(f"{pack(key)}:{{\n{rows}\n}}")
        else:
            lines.append(f"{pack(key)}:{pack(value)}")
    path.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")


def main(spec_dir: Path) -> None:
    bot_api = json.loads((spec_dir / "telegram" / "api.json").read_text(encoding="utf-8"))
    messaging_api = json.loads(
        (spec_dir / "line" / "messaging-api.json").read_text(encoding="utf-8")
    )
    insight = json.loads((spec_dir / "line" / "insight.json").read_text(encoding="utf-8"))
    messaging_api["paths"] |= insight["paths"]
    schemas = messaging_api["components"]["schemas"]
    messaging_api["components"]["schemas"] = insight["components"]["schemas"] | schemas
    write(HERE / "telegram_api.json", telegram(bot_api))
    write(HERE / "line_api.json", Line(messaging_api).condensed())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
