"""What operators alone are told of the watch's own sight: a sensor that fell silent, is down or poor, a zone with blind directions.

The ``Notice`` says all of it; the CAP form (status System, scope Restricted) says *seeing*, *degraded* or *blind* and no more, so that
an alert in the wrong hands tells nobody from where to come unseen.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from forewarn.messages import Alert, BearingTrack, Blind, DeliveryReport, Health, Message, Notice, SensorError
from forewarn.site import Site
from forewarn.warn import words
from forewarn.warn.cap import Cap, Grade, identifier, reference, time, write
from forewarn.warn.decision import missed
from forewarn.warn.state import State, Thread
from forewarn.warn.words import LANGUAGES, spoken

POOR = ("degraded", "silent", "down", "blind")
BLIND_FROM = 0.9  # share of the directions from which a zone counts as blind
LIFE_S = 3600
RESTRICTION = "For the operators of this watch only."
Batch = tuple[Message, ...]


def notice(state: State, site: Site, news: Health | Blind | BearingTrack | SensorError) -> tuple[State, Batch]:
    """What became of a sensor or of a zone's sight, or what a sensor hears without a place; the messages follow from the one just
    before them."""
    if isinstance(news, SensorError):
        return state, _off(news)
    if isinstance(news, BearingTrack):
        return _heard(state, site, news)
    return _health(state, site, news) if isinstance(news, Health) else _blind(state, site, news)


def _health(state: State, site: Site, news: Health) -> tuple[State, Batch]:
    state = msgspec.structs.replace(state, sensors={**state.sensors, news.sensor: news.state})
    if news.state not in POOR and news.before not in POOR:
        return state, ()
    detail = f": {news.detail}" if news.detail else ""
    told = Notice(
        t_ns=news.t_ns, about="sensor", subject=news.sensor, state=news.state,
        text=f"Sensor {news.sensor} is {news.state}, was {news.before}{detail}.", causes=(-1,),
    )  # fmt: skip
    state, alert = _alert(state, site, "sensor", news.sensor, news.state, news.t_ns)
    return state, (told, *alert)


def _off(news: SensorError) -> Batch:
    """A sensor's error that lies beyond what the site file states of it, or no longer does; the CAP form says nothing of it."""
    if news.beyond == news.before:
        return ()
    distance = f"range {news.range_m:+.0f} m ({news.range_sigma_m:.0f}), " if news.range_sigma_m else ""
    azimuth = f"azimuth {news.azimuth_deg:+.1f} degrees (sigma {news.azimuth_sigma_deg:.1f}), "
    figures = f"{azimuth}{distance}clock {news.clock_s:+.2f} s ({news.clock_sigma_s:.2f})"
    told = "is off by more than the site file states" if news.beyond else "is off by no more than the site file states any more"
    text = f"Sensor {news.sensor} {told}: {figures}, from {news.samples} comparisons."
    state = "beyond its stated error" if news.beyond else "within its stated error"
    return (Notice(t_ns=news.t_ns, about="sensor", subject=news.sensor, state=state, text=text, causes=(-1,)),)


def _heard(state: State, site: Site, news: BearingTrack) -> tuple[State, Batch]:
    """Something in a direction, how far is not known: said once, where it would be worth a warning if it were about to enter a zone."""
    if news.label in state.heard:
        return (msgspec.structs.replace(state, heard=tuple(h for h in state.heard if h != news.label)) if news.ended else state), ()
    if not any(news.existence * missed(zone.costs, news.kinds) > zone.costs.false_alarm for zone in site.zones):
        return state, ()
    kinds = ", ".join(f"{kind} {chance:.0%}" for kind, chance in sorted(news.kinds.items(), key=lambda item: -item[1])[:2])
    text = (
        f"Sensor {news.sensor} shows something at {news.azimuth_deg:.0f} degrees (sigma {news.azimuth_sigma_deg:.0f}), there with a "
        f"chance of {news.existence:.0%} ({kinds}). How far away is not known: no zone can be warned of it yet."
    )
    told = Notice(t_ns=news.t_ns, about="bearing", subject=news.sensor, state="begun", text=text, causes=(-1,))
    return msgspec.structs.replace(state, heard=(*state.heard, news.label)), (told,)


def _blind(state: State, site: Site, news: Blind) -> tuple[State, Batch]:
    state = msgspec.structs.replace(state, blind={**state.blind, news.zone: news.sectors})
    sight = "seeing" if not news.sectors else "blind" if news.share >= BLIND_FROM else "degraded"
    where = ", ".join(f"{s.from_deg:.0f} to {s.to_deg:.0f} degrees" for s in news.sectors)
    text = f"Zone {news.zone} can be approached unseen from {where} ({news.share:.0%} of the circle)." if where else ""
    told = Notice(
        t_ns=news.t_ns, about="zone", subject=news.zone, state=sight,
        text=text or f"Zone {news.zone} has no blind direction any more.", causes=(-1,),
    )  # fmt: skip
    state, alert = _alert(state, site, "zone", news.zone, sight, news.t_ns)
    return state, (told, *alert)


def _alert(
    state: State, site: Site, about: Literal["sensor", "zone"], subject: str, how: str, t_ns: int
) -> tuple[State, tuple[Alert, ...]]:
    """The CAP form: an Alert when something becomes poor, Updates until it is well again; nothing where nothing is open or new."""
    key = f"{about}:{subject}"
    episode, thread = state.threads.get(key, (0, Thread()))
    if not thread.references and how not in POOR:
        return state, ()
    episode += not thread.references
    cap = _cap(site, about, subject, how, t_ns, episode, thread)
    alert = Alert(
        identifier=cap.identifier, t_ns=t_ns, status="System", scope="Restricted", msg_type=cap.msg_type, references=cap.references,
        xml=write(cap), causes=(-1,),
    )  # fmt: skip
    thread = thread.add(reference(cap)) if how in POOR else Thread()
    return msgspec.structs.replace(state, threads={**state.threads, key: (episode, thread)}), (alert,)


def _cap(site: Site, about: Literal["sensor", "zone"], subject: str, how: str, t_ns: int, episode: int, thread: Thread) -> Cap:
    names = next((zone.name for zone in site.zones if about == "zone" and zone.id == subject), {})
    stamp = time(t_ns)[:19].replace("-", "").replace(":", "")
    return Cap(
        identifier=f"{identifier((site.name, about, subject, str(episode)))}.{thread.number + 1}~{stamp}",
        sender=site.sender,
        sent_ns=t_ns,
        status="System",
        msg_type="Update" if thread.references else "Alert",
        scope="Restricted",
        words=tuple(
            words.seeing(lang, spoken(site.title, lang, site.name), about, spoken(names, lang, subject), how) for lang in LANGUAGES
        ),
        category="Infra",
        response="Assess" if how in POOR else "None",
        grade=Grade("Unknown" if how in POOR else "Past", "Unknown" if how in POOR else "Minor", "Observed"),
        expires_ns=t_ns + LIFE_S * 1_000_000_000,
        references=thread.references,
        restriction=RESTRICTION,
        note=words.EXERCISE["en"][1] if site.recorded else "",
        incidents=identifier((site.name, about, subject, str(episode))),
    )


def delivered(state: State, site: Site, report: DeliveryReport) -> tuple[State, Batch]:
    """What became of a delivery: what did not arrive, operators hear of."""
    if report.state not in ("failed", "refused"):
        return state, ()
    text = f"Delivery {report.deliver} was {report.state}{f': {report.detail}' if report.detail else ''}."
    causes = tuple(sorted({seq for seq in (report.deliver, report.seq) if seq > 0}))
    return state, (Notice(t_ns=report.t_ns, about="delivery", subject=str(report.deliver), state=report.state, text=text, causes=causes),)
