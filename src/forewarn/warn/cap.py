"""The Common Alerting Protocol 1.2, written: OASIS Standard CAP-V1.2, 1 July 2010 (also ITU-T X.1303 bis). Item numbers are its own.

Elements come in the order of the schema (``cap12.xsd``). Times are UTC as "-00:00" (3.3.2), to the second. ``references`` are
"sender,identifier,sent" separated by white space (3.2.1). Coordinates are "latitude,longitude" WGS 84; a polygon's first and last pair are
the same; a circle is "lat,lon radius" with kilometres (3.2.4).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec
from lxml import etree

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_TEXT = 1000
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (2.2) does not allow in a text."""

Urgency = Literal["Immediate", "Expected", "Future", "Past", "Unknown"]
Severity = Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"]
Certainty = Literal["Observed", "Likely", "Possible", "Unlikely", "Unknown"]
Response = Literal["Shelter", "Monitor", "AllClear", "None", "Assess"]


class Grade(msgspec.Struct, frozen=True):
    """How soon, how bad, how sure."""

    urgency: Urgency
    severity: Severity
    certainty: Certainty


class Words(msgspec.Struct, frozen=True):
    """What is said, in one language (RFC 5646 tag)."""

    language: str
    sender: str
    event: str
    headline: str
    description: str
    instruction: str
    area: str


class Area(msgspec.Struct, frozen=True):
    """A polygon of (latitude, longitude) or a circle (latitude, longitude, radius in metres)."""

    polygon: tuple[tuple[float, float], ...] | None = None
    circle: tuple[float, float, float] | None = None


class Cap(msgspec.Struct, frozen=True, kw_only=True):
    """One alert. Each of ``words`` becomes an <info> with the same grade, times, parameters and area."""

    identifier: str
    sender: str
    sent_ns: int
    status: Literal["Actual", "Exercise", "System", "Test"]
    msg_type: Literal["Alert", "Update", "Cancel"]
    scope: Literal["Public", "Restricted"]
    words: tuple[Words, ...]
    category: Literal["Safety", "Infra"]
    response: Response
    grade: Grade
    onset_ns: int | None = None
    expires_ns: int
    area: Area | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    references: tuple[str, ...] = ()
    restriction: str = ""
    note: str = ""
    incidents: str = ""


def time(t_ns: int) -> str:
    """A time as CAP writes it: 2020-09-29T12:12:46-00:00."""
    return (EPOCH + timedelta(seconds=t_ns // 1_000_000_000)).strftime("%Y-%m-%dT%H:%M:%S-00:00")


def reference(cap: Cap) -> str:
    """How later alerts refer to this one."""
    return f"{cap.sender},{cap.identifier},{time(cap.sent_ns)}"


def write(cap: Cap) -> str:
    """The alert as XML text, without a declaration: it is UTF-8 wherever it becomes bytes."""
    alert = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    _add(alert, "identifier", cap.identifier)
    _add(alert, "sender", cap.sender)
    _add(alert, "sent", time(cap.sent_ns))
    _add(alert, "status", cap.status)
    _add(alert, "msgType", cap.msg_type)
    _add(alert, "scope", cap.scope)
    for name, text in (("restriction", cap.restriction), ("note", cap.note), ("references", " ".join(cap.references))):
        _add(alert, name, text)
    _add(alert, "incidents", cap.incidents)
    for words in cap.words:
        _info(alert, cap, words)
    etree.indent(alert)
    return etree.tostring(alert, encoding="unicode") + "\n"


def _info(alert: etree._Element, cap: Cap, words: Words) -> None:
    info = etree.SubElement(alert, f"{{{NAMESPACE}}}info")
    _add(info, "language", words.language)
    _add(info, "category", cap.category)
    _add(info, "event", words.event)
    _add(info, "responseType", cap.response)
    _add(info, "urgency", cap.grade.urgency)
    _add(info, "severity", cap.grade.severity)
    _add(info, "certainty", cap.grade.certainty)
    _add(info, "effective", time(cap.sent_ns))
    _add(info, "onset", "" if cap.onset_ns is None else time(cap.onset_ns))
    _add(info, "expires", time(cap.expires_ns))
    _add(info, "senderName", words.sender)
    _add(info, "headline", words.headline)
    _add(info, "description", words.description)
    _add(info, "instruction", words.instruction)
    for name, value in cap.parameters:
        parameter = etree.SubElement(info, f"{{{NAMESPACE}}}parameter")
        _add(parameter, "valueName", name)
        _add(parameter, "value", value)
    if cap.area is not None:
        _area(info, cap.area, words.area)


def _area(info: etree._Element, area: Area, description: str) -> None:
    element = etree.SubElement(info, f"{{{NAMESPACE}}}area")
    _add(element, "areaDesc", description)
    if area.polygon is not None:
        _add(element, "polygon", polygon(area.polygon))
    if area.circle is not None:
        lat, lon, radius_m = area.circle
        _add(element, "circle", f"{pair(lat, lon)} {radius_m / 1000:.3f}")


def polygon(corners: Sequence[tuple[float, float]]) -> str:
    """Corners as CAP writes them: closed, so at least four pairs."""
    closed = [*corners, corners[0]] if tuple(corners[0]) != tuple(corners[-1]) else corners
    return " ".join(pair(lat, lon) for lat, lon in closed)


def pair(lat: float, lon: float) -> str:
    """Six decimals: a tenth of a metre."""
    return f"{lat:.6f},{lon:.6f}"


def _add(parent: etree._Element, name: str, text: str) -> None:
    """A child with text; nothing where there is none."""
    if text:
        etree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = (
            NOT_XML.sub("", text)[:MAX_TEXT] if name not in ("references", "polygon") else text
        )


def identifier(parts: Iterable[str]) -> str:
    """Made of names without spaces, commas, < or & (3.2.1), which none of the parts holds; "~" stands in no name."""
    return "~".join(parts)
