"""A warning put into messages: ``Warning``, its ``Alert`` in CAP, and a ``Deliver`` for each recipient, in this order.

The first of an episode is a CAP Alert; updates and the all clear are Updates, which supersede those they refer to; only a
warning that was wrong is cancelled (CAP 1.2, 3.2.1, msgType). What comes from recorded feeds is an Exercise (rule 9).
"""

from __future__ import annotations

import msgspec

from forewarn.messages import Alert, Deliver, Message, Warning
from forewarn.messages.base import Kind
from forewarn.site import Site
from forewarn.warn import words
from forewarn.warn.cap import Area, Cap, Grade, Response, Words, identifier, reference, time, write
from forewarn.warn.decision import Weighed
from forewarn.warn.grades import HALF, OVER, grade
from forewarn.warn.places import Spot
from forewarn.warn.state import Standing, Told
from forewarn.warn.words import LANGUAGES, Facts, spoken

LIFE_S = 300.0  # an alert holds at least so long; it is renewed at half its life
CANCELS = ("withdraw",)
Batch = tuple[Message, ...]


def life_ns(spot: Spot) -> int:
    """How long an alert for a zone holds."""
    return int(max(LIFE_S, 2 * (spot.horizon_s + spot.clear_after_s)) * 1e9)


def say(site: Site, spot: Spot, standing: Standing, warning: Warning, weighed: Weighed, kind: Kind) -> tuple[Standing, Batch]:
    """The warning (which follows from the message just before it), its alert and the deliveries."""
    cap = _cap(site, spot, standing, warning, weighed, kind)
    alert = Alert(
        identifier=cap.identifier, t_ns=warning.t_ns, status=cap.status, scope=cap.scope, msg_type=cap.msg_type,
        references=cap.references, xml=write(cap), causes=(-1,),
    )  # fmt: skip
    delivers = tuple(
        Deliver(alert=-k, recipient=name, t_ns=warning.t_ns, exercise=site.recorded, causes=(-k,)) for k, name in enumerate(spot.tell, 1)
    )
    told = Told(
        t_ns=warning.t_ns,
        tracks=tuple(dict.fromkeys((*(standing.told.tracks if standing.told else ()), *warning.tracks))),
        soonest_s=warning.in_s[0] if warning.in_s else None,
        direction_deg=warning.direction_deg,
        expires_ns=cap.expires_ns,
    )
    return msgspec.structs.replace(standing, thread=standing.thread.add(reference(cap)), told=told), (warning, alert, *delivers)


def _cap(site: Site, spot: Spot, standing: Standing, warning: Warning, weighed: Weighed, kind: Kind) -> Cap:
    over = warning.action in ("all_clear", "withdraw")
    response: Response = "Shelter" if not over else "AllClear" if warning.action == "all_clear" else "None"
    stamp = time(warning.t_ns)[:19].replace("-", "").replace(":", "")
    episode = identifier((site.name, spot.id, str(warning.episode)))
    return Cap(
        identifier=f"{episode}.{standing.thread.number + 1}~{stamp}",
        sender=site.sender,
        sent_ns=warning.t_ns,
        status="Exercise" if site.recorded else "Actual",
        msg_type="Cancel" if warning.action in CANCELS else "Update" if standing.thread.references else "Alert",
        scope="Public",
        words=tuple(_words(site, spot, warning, weighed, kind, language) for language in LANGUAGES),
        category="Safety",
        response=response,
        grade=OVER if over else _grade(spot, weighed),
        onset_ns=warning.t_ns + int(warning.in_s[0] * 1e9) if warning.in_s and not over else None,
        expires_ns=warning.t_ns + life_ns(spot),
        area=_area(spot, standing),
        parameters=() if over else _parameters(warning, kind),
        references=standing.thread.references,
        note=words.EXERCISE["en"][1] if site.recorded else "",
        incidents=episode,
    )


def _grade(spot: Spot, weighed: Weighed) -> Grade:
    return grade(weighed, spot.need_s, spot.costs.false_alarm)


def _words(site: Site, spot: Spot, warning: Warning, weighed: Weighed, kind: Kind, language: words.Language) -> Words:
    sender = spoken(site.title, language, site.name)
    place = spoken(spot.name, language, spot.id)
    if warning.action == "all_clear":
        return words.all_clear(language, sender, place, site.recorded)
    if warning.action == "withdraw":
        return words.withdrawn(language, sender, place, site.recorded)
    facts = Facts(kind, len(weighed.parts), warning.chance, warning.in_s, weighed.inside >= HALF, warning.direction_deg)
    return words.warned(language, sender, place, facts, site.recorded)


def _area(spot: Spot, standing: Standing) -> Area | None:
    if spot.circle is not None:
        return Area(circle=(spot.circle.lat_deg, spot.circle.lon_deg, spot.circle.radius_m))
    if spot.polygon is not None:
        return Area(polygon=spot.polygon)
    return Area(circle=standing.around) if standing.around else None


def _parameters(warning: Warning, kind: Kind) -> tuple[tuple[str, str], ...]:
    """For programs; the names are ours."""
    found = [("forewarn:kind", kind), ("forewarn:chance", f"{warning.chance:.3f}"), ("forewarn:objects", str(len(warning.tracks)))]
    if warning.in_s is not None:
        found.append(("forewarn:entry_s", f"{warning.in_s[0]:.1f} {warning.in_s[1]:.1f}"))
    if warning.direction_deg is not None:
        found.append(("forewarn:from_deg", f"{warning.direction_deg:.0f}"))
    return tuple(found)
