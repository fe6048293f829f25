"""An invitation as text, for a mail that has no other. Pure."""

import re

_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(
    r"^(SUMMARY|DTSTART|DTEND|LOCATION|DESCRIPTION)(?:;[^:\r\n]*)?:(.*)$", re.MULTILINE
)
_EVENT = re.compile(r"BEGIN:VEVENT(.*?)(?:END:VEVENT|\Z)", re.DOTALL)
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?\s*")
_ESCAPED = re.compile(r"\\([nN,;\\])")
_ORDER = ("SUMMARY", "DTSTART", "DTEND", "LOCATION", "DESCRIPTION")
_LINE = re.compile(rf"^({'|'.join(_ORDER)})(?:;[^:\r\n]*)?:(.*)$", re.MULTILINE)


def read_calendar(text: str) -> str:
    """Returns what is planned, when, where and why, a line each; times as they stand there."""
    event = _EVENT.search(text)
    if event is None:
        return ""
    unfolded = _FOLD.sub("", event[1])
    values = {name: _value(said) for name, said in _LINE.findall(unfolded)}
    lines = [values[name] for name in _ORDER if values.get(name)]
    return "\n".join(lines)


def _value(said: str) -> str:
    moment = _MOMENT.fullmatch(said)
    if moment is None:
        return _ESCAPED.sub(_unescaped, said).strip()
    year, month, day, hour, minute, utc = moment.groups("")
    on = f"{year}-{month}-{day}"
    if not hour:
        return on
    zone = " UTC" if utc else ""
    return f"{on} {hour}:{minute}{zone}"


def _unescaped(sign: re.Match[str]) -> str:
    return "\n" if sign[1] in "nN" else sign[1]
