"""Whether a text is a sound CAP 1.2 alert: by the schema, and by the rules of the standard that a schema cannot say.

It reads what anybody wrote, shares no code with the writer, and names every fault. Item numbers are those of OASIS CAP-V1.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
NAME = re.compile(r"[^\s,<&]+")
NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")


def faults(xml: bytes, schema: etree.XMLSchema | None = None) -> tuple[str, ...]:
    """All that is wrong with an alert; nothing: it is sound. Entities are not resolved, and nothing is fetched."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        alert = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        return (f"not XML: {error.msg}",)
    if alert.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        return ("a document type declaration has no place in an alert",)
    if alert.tag != f"{{{NAMESPACE}}}alert":
        return (f"not an alert of CAP 1.2 but {alert.tag}",)
    found = list(_of_schema(alert, schema)) if schema is not None else []
    return (*found, *_of_alert(alert), *(fault for area in alert.iter(f"{{{NAMESPACE}}}area") for fault in _of_area(area)))


def _of_schema(alert: etree._Element, schema: etree.XMLSchema) -> Iterator[str]:
    if not schema.validate(alert):
        yield from (f"schema, line {entry.line}: {entry.message}" for entry in schema.error_log)  # type: ignore[attr-defined]


def _texts(element: etree._Element, name: str) -> list[str]:
    return [(child.text or "").strip() for child in element.findall(f"{{{NAMESPACE}}}{name}")]


def _text(element: etree._Element, name: str) -> str:
    return next(iter(_texts(element, name)), "")


def _of_alert(alert: etree._Element) -> Iterator[str]:
    """3.2.1: names, references, scope."""
    for name in ("identifier", "sender"):
        if not NAME.fullmatch(_text(alert, name)):
            yield f"{name}: must be there, without spaces, commas, < or &"
    if _text(alert, "msgType") != "Alert" and not _text(alert, "references"):
        yield f"references: an {_text(alert, 'msgType')} must say what it refers to"
    elif "" in _texts(alert, "references"):
        yield "references: there are none in it"
    for reference in _text(alert, "references").split():
        parts = reference.split(",")
        if len(parts) != 3 or not all(NAME.fullmatch(part) for part in parts) or not TIME.fullmatch(parts[2]):
            yield f"references: not sender,identifier,sent: {reference}"
    scope = _text(alert, "scope")
    if scope == "Restricted" and not _text(alert, "restriction"):
        yield "restriction: a Restricted alert must say who may have it"
    if scope != "Restricted" and _text(alert, "restriction"):
        yield f"restriction: has no place in a {scope} alert"
    if scope == "Private" and not _text(alert, "addresses"):
        yield "addresses: a Private alert must say to whom it goes"


def _of_area(area: etree._Element) -> Iterator[str]:
    """3.2.4: outlines, circles, heights."""
    for text in _texts(area, "polygon"):
        pairs = text.split()
        if len(pairs) < 4 or pairs[0] != pairs[-1]:
            yield "polygon: needs four pairs or more, the first and the last the same"
        yield from (f"polygon: not latitude,longitude: {pair}" for pair in pairs if not _place(pair))
    for text in _texts(area, "circle"):
        centre, _, radius = text.partition(" ")
        if not _place(centre) or not NUMBER.fullmatch(radius.strip()) or float(radius) < 0:
            yield f"circle: not latitude,longitude radius: {text}"
    if _texts(area, "ceiling") and not _texts(area, "altitude"):
        yield "ceiling: only together with altitude"


def _place(pair: str) -> bool:
    """Latitude and longitude, in their ranges."""
    parts = pair.split(",")
    if len(parts) != 2 or not all(NUMBER.fullmatch(part) for part in parts):
        return False
    return abs(float(parts[0])) <= 90 and abs(float(parts[1])) <= 180
