"""Contact cards that come as a vCard alone: what a person reads of one.

Source: RFC 2426 (3.0), RFC 6350 (4.0) and the vCard 2.1 of older phones, which writes names in
quoted-printable and any character set. Meta's card shows the vCard beside its own keys, or in their place.
"""

import base64
import binascii
import codecs
import quopri
import re
from typing import Any, NamedTuple

from livechat.domain.text import storable
from livechat.whatsapp.reading import Json, items_of, label, obj

# How much of a card is read. A photo stands in it as base64, behind names and numbers, which take far less.
_READ_LENGTH = 64 * 1024
_MOST_LINES = 1000
_MOST_OF_A_KIND = 20
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PARTS = re.compile(r"(?<!\\);")
# Python knows codecs that are no character sets, and some whose time grows with the square of the text.
_CHARACTER_SETS = re.compile(
    r"utf-8|utf-16(-[bl]e)?|ascii|iso8859-\d+|cp125\d|shift_jis|iso2022_jp|euc_(jp|kr)|gb2312|gbk|gb18030|big5|koi8-[ru]"
)


class _Line(NamedTuple):
    name: str
    parameters: dict[str, str]
    value: str


def completed(card: Any) -> Any:
    """Meta's card, with the keys that it lacks taken from its ``vcard``; a text alone is a name."""
    if isinstance(card, str):
        return {"name": {"formatted_name": card}}
    if not isinstance(card, dict):
        return card
    text = card.get("vcard")
    if not isinstance(text, str) or not text:
        return card
    found = read_vcard(text)
    if name_of(card) is None and "name" in found:
        card["name"] = found["name"]
    for key in ("phones", "emails", "urls"):
        if key in found and not items_of(card.get(key)):
            card[key] = found[key]
    if "org" in found and not obj(card.get("org")):
        card["org"] = found["org"]
    return card


def name_of(card: Any) -> str | None:
    """What a card's person is called: the name to show, else what there is of the others."""
    name = obj(obj(card).get("name"))
    shown = label(name.get("formatted_name"))
    if shown is not None:
        return shown
    parts = [label(name.get(key)) for key in ("prefix", "first_name", "middle_name", "last_name", "suffix")]
    return " ".join(part for part in parts if part) or None


def read_vcard(text: str) -> Json:
    """Name, numbers, addresses and company of the first card in a vCard, under Meta's own keys."""
    found: Json = {}
    for line in _lines(text[:_READ_LENGTH]):
        if line.name == "END":
            break
        if line.name == "FN" and label(_unescaped(line.value)):
            found["name"] = {"formatted_name": _unescaped(line.value).strip()}
        elif line.name == "N":
            found.setdefault("name", _name_of_parts(line.value))
        elif line.name == "ORG":
            company, *departments = [label(_unescaped(part)) for part in _PARTS.split(line.value)]
            found.setdefault("org", {"company": company, "department": (departments or [None])[0]})
        elif line.name in _LISTS:
            key, inner = _LISTS[line.name]
            value = _unescaped(line.value).strip().removeprefix("tel:")
            entries = found.setdefault(key, [])
            if value and len(entries) < _MOST_OF_A_KIND:
                waid = line.parameters.get("WAID")
                entries.append({inner: value} | ({"wa_id": waid} if waid and key == "phones" else {}))
    if not found.get("name"):
        found.pop("name", None)
    return found


_LISTS = {"TEL": ("phones", "phone"), "EMAIL": ("emails", "email"), "URL": ("urls", "url")}


def _name_of_parts(value: str) -> Json:
    """``N``: family, given, additional names, prefixes, suffixes."""
    parts: list[str | None] = [label(_unescaped(part).replace(",", " ")) for part in _PARTS.split(value)]
    family, given, additional, prefix, suffix = (parts + [None] * 5)[:5]
    shown = " ".join(part for part in (prefix, given, additional, family, suffix) if part)
    if not shown:
        return {}
    name = {"formatted_name": shown, "first_name": given, "last_name": family, "middle_name": additional}
    return {key: part for key, part in name.items() if part}


def _lines(text: str) -> list[_Line]:
    """The content lines: folded ones whole again, decoded, their names without the group before the dot."""
    lines: list[_Line] = []
    for raw in _unfolded(text)[:_MOST_LINES]:
        head, colon, value = _split_at_colon(raw)
        if not colon:
            continue
        name, *given = head.split(";")
        parameters: dict[str, str] = {}
        for each in given:
            key, equals, setting = each.partition("=")
            # vCard 2.1 leaves the name of an encoding out.
            parameters[key.upper() if equals else "ENCODING"] = setting.strip('"') if equals else key
        lines.append(_Line(name.rpartition(".")[2].strip().upper(), parameters, _decoded(value, parameters)))
    return lines


def _unfolded(text: str) -> list[str]:
    """Physical lines joined to content lines, also the soft line breaks of quoted-printable."""
    joined: list[list[str]] = []
    is_soft = False
    for line in re.split(r"\r\n|\r|\n", text):
        if joined and line[:1] in (" ", "\t"):
            joined[-1].append(line[1:])
        elif joined and is_soft:
            joined[-1].append("\n" + line)
        else:
            joined.append([line])
        is_quoted = "QUOTED-PRINTABLE" in joined[-1][0].partition(":")[0].upper()
        is_soft = is_quoted and line.endswith("=")
    return ["".join(parts) for parts in joined]


def _split_at_colon(line: str) -> tuple[str, str, str]:
    """(Name with parameters, colon, value). A colon inside the quotes of a parameter does not split."""
    is_quoted = False
    for place, character in enumerate(line):
        if character == '"':
            is_quoted = not is_quoted
        elif character == ":" and not is_quoted:
            return line[:place], ":", line[place + 1 :]
    return line, "", ""


def _decoded(value: str, parameters: dict[str, str]) -> str:
    match parameters.get("ENCODING", "").upper():
        case "QUOTED-PRINTABLE":
            raw = quopri.decodestring(value.encode("utf-8", "surrogatepass"))
        case "B" | "BASE64":
            try:
                raw = base64.b64decode("".join(value.split()), validate=True)
            except (binascii.Error, ValueError):
                return value
        case _:
            return value
    try:
        return storable(raw.decode(_character_set(parameters.get("CHARSET"))))
    except UnicodeDecodeError:
        # Every byte is a letter in Latin-1: a name with a wrong letter is better than none.
        return storable(raw.decode("latin-1"))


def _character_set(given: str | None) -> str:
    try:
        name = codecs.lookup(given or "utf-8").name
    except (LookupError, ValueError):
        return "utf-8"
    return name if _CHARACTER_SETS.fullmatch(name) else "utf-8"


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
