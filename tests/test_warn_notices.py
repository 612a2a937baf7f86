"""What operators are told of the watch's own sight and of deliveries."""

from __future__ import annotations

import pytest

from forewarn import warn
from forewarn.messages import Alert, Blind, DeliveryReport, Health, Notice, Sector
from tests.warn_help import T0, at_ns, kinds, of, read, site, zone


def health(state: str, before: str, t_s: float = 0.0, detail: str = "") -> Health:
    return Health(sensor="radar", t_ns=at_ns(t_s), state=state, before=before, detail=detail)  # type: ignore[arg-type]


def blind(share: float, *sectors: tuple[float, float]) -> Blind:
    return Blind(zone="north", t_ns=T0, sectors=tuple(Sector(from_deg=a, to_deg=b) for a, b in sectors), share=share)


@pytest.mark.parametrize(("before", "state"), [("seeing", "silent"), ("seeing", "down"), ("seeing", "degraded"), ("waiting", "silent")])
def test_a_sensor_that_fails_is_told_of(before: str, state: str) -> None:
    here = site()
    _, said = warn.notice(warn.start(here), here, health(state, before, detail="7 s without a look"))
    assert kinds(said) == ["Notice", "Alert"]
    notice, alert = said
    assert isinstance(notice, Notice)
    assert (notice.about, notice.subject, notice.state) == ("sensor", "radar", state)
    assert notice.text == f"Sensor radar is {state}, was {before}: 7 s without a look."
    assert (notice.causes, alert.causes) == ((-1,), (-1,))
    assert isinstance(alert, Alert)
    assert (alert.status, alert.scope, alert.msg_type) == ("System", "Restricted", "Alert")
    assert read(alert.xml)["restriction"] == "For the operators of this watch only."


def test_a_sensor_that_begins_to_see_is_no_news() -> None:
    here = site()
    state, said = warn.notice(warn.start(here), here, health("seeing", "waiting"))
    assert said == ()
    assert state.sensors["radar"] == "seeing"


def test_from_bad_to_worse_to_well_is_one_thread_and_the_next_is_another() -> None:
    here = site()
    state = warn.start(here)
    alerts = []
    for t, (before, now) in enumerate([("seeing", "degraded"), ("degraded", "silent"), ("silent", "seeing"), ("seeing", "down")]):
        state, said = warn.notice(state, here, health(now, before, float(t)))
        alerts.append(of(said, Alert))
    assert [(a.msg_type, len(a.references)) for a in alerts] == [("Alert", 0), ("Update", 1), ("Update", 2), ("Alert", 0)]
    assert len({a.identifier for a in alerts}) == 4


def test_a_blind_zone_is_told_of_and_the_alert_says_no_direction() -> None:
    here = site()
    state, said = warn.notice(warn.start(here), here, blind(0.25, (33.0, 77.0), (300.0, 346.0)))
    assert of(said, Notice).text == "Zone north can be approached unseen from 33 to 77 degrees, 300 to 346 degrees (25% of the circle)."
    xml = of(said, Alert).xml
    assert not any(number in xml for number in ("33", "77", "300", "346", "25%"))
    assert "<area>" not in xml
    assert [info["headline"] for info in read(xml)["info"]] == ["Zone North: degraded", "تغطية المنطقة الساحة: يعمل جزئيًا"]
    state, said = warn.notice(state, here, blind(0.0))
    assert of(said, Notice).text == "Zone north has no blind direction any more."
    assert of(said, Alert).msg_type == "Update"
    _, said = warn.notice(state, here, blind(1.0, (0.0, 360.0)))
    assert of(said, Notice).state == "blind"


def test_no_system_alert_is_delivered_to_the_people_of_a_zone() -> None:
    here = site(zone(tell=["desk"]))
    for news in (health("down", "seeing"), blind(1.0, (0.0, 360.0))):
        assert "Deliver" not in kinds(warn.notice(warn.start(here), here, news)[1])


@pytest.mark.parametrize(("state", "told"), [("sent", False), ("acknowledged", False), ("failed", True), ("refused", True)])
def test_what_did_not_arrive_is_told(state: str, told: bool) -> None:
    here = site()
    report = DeliveryReport(t_ns=T0, deliver=41, state=state, detail="HTTP 503", seq=50)  # type: ignore[arg-type]
    after, said = warn.delivered(warn.start(here), here, report)
    assert after == warn.start(here)
    assert kinds(said) == (["Notice"] if told else [])
    if told:
        assert of(said, Notice).text == f"Delivery 41 was {state}: HTTP 503."
        assert of(said, Notice).causes == (41, 50)
