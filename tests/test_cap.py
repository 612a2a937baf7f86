"""CAP 1.2 as written: against the OASIS schema, against the rules that it cannot say, and read back with other code."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from forewarn.messages import Alert, Health, OperatorAction, Warning, encode
from forewarn.warn import act, notice
from forewarn.warn.cap import Area, Cap, Grade, Words, pair, polygon, time, write
from forewarn.warn.check import faults
from forewarn.warn.decision import Weighed
from forewarn.warn.grades import grade
from tests.warn_help import SECOND, T0, Desk, at_ns, identity, of, read, schema, site, threat, zone

SCHEMA = schema()
CORNERS = ((51.52, 5.86), (51.53, 5.86), (51.53, 5.87), (51.525, 5.88))


def sound(alert: Alert) -> None:
    assert faults(alert.xml.encode(), SCHEMA) == ()


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def story() -> list[Alert]:
    """Raise, update, all clear; raise, withdraw; a sensor down and well again."""
    desk = Desk(site(zone(name={"en": "Pier & <quay>", "ar": "الرصيف"})))
    desk.tick(0.0, threat(1, 0.4), who=[identity(1, rocket=1.0)])
    desk.tick(6.0, threat(1, 0.9, in_s=(2.0, 3.0, 5.0)))
    desk.tick(7.0, threat(1, 0.0))
    desk.tick(30.0, threat(1, 0.0))
    desk.tick(40.0, threat(1, 0.9, 0.8, (0.0, 0.0, 4.0)))
    withdraw = OperatorAction(t_ns=at_ns(41.0), role="shift", action="withdraw", zone="north", reason="a bird \x07 <x>")
    desk.state, said = act(desk.state, desk.site, withdraw)
    alerts = desk.all(Alert) + [m for m in said if isinstance(m, Alert)]
    for t, (before, now) in enumerate((("seeing", "down"), ("down", "seeing"))):
        news = Health(sensor="radar", t_ns=at_ns(50.0 + t), state=now, before=before)  # type: ignore[arg-type]
        desk.state, said = notice(desk.state, desk.site, news)
        alerts.append(of(said, Alert))
    return alerts


STORY = story()
RAISE, UPDATE, CLEAR, AGAIN, CANCEL, DOWN, WELL = STORY


@pytest.mark.parametrize("alert", STORY, ids=lambda a: a.identifier)
def test_every_alert_is_sound(alert: Alert) -> None:
    sound(alert)


@pytest.mark.parametrize("alert", STORY, ids=lambda a: a.identifier)
def test_the_message_says_what_the_xml_says(alert: Alert) -> None:
    cap = read(alert.xml)
    assert (cap["identifier"], cap["status"], cap["msgType"], cap["scope"]) == (alert.identifier, alert.status, alert.msg_type, alert.scope)
    assert tuple(cap.get("references", "").split()) == alert.references
    assert seconds(cap["sent"]) == alert.t_ns // SECOND
    assert cap["sender"] == "forewarn@localhost"


@pytest.mark.parametrize("alert", STORY, ids=lambda a: a.identifier)
def test_every_alert_speaks_english_and_arabic(alert: Alert) -> None:
    infos = read(alert.xml)["info"]
    assert [info["language"] for info in infos] == ["en", "ar"]
    assert infos[0]["headline"].isascii()
    assert not infos[1]["headline"].isascii()


@pytest.mark.parametrize("alert", STORY, ids=lambda a: a.identifier)
def test_infos_differ_in_words_alone(alert: Alert) -> None:
    spoken = ("language", "event", "headline", "description", "instruction", "senderName", "area")
    one, two = ({k: v for k, v in info.items() if k not in spoken} for info in read(alert.xml)["info"])
    assert one == two


@pytest.mark.parametrize("alert", STORY, ids=lambda a: a.identifier)
def test_times_are_in_order(alert: Alert) -> None:
    cap = read(alert.xml)
    info = cap["info"][0]
    assert cap["sent"].endswith("-00:00")
    assert info["effective"] == cap["sent"]
    assert seconds(info["effective"]) <= seconds(info.get("onset", info["effective"])) <= seconds(info["expires"])


def test_kinds_of_message() -> None:
    assert [a.msg_type for a in STORY] == ["Alert", "Update", "Update", "Alert", "Cancel", "Alert", "Update"]
    assert [read(a.xml)["info"][0]["responseType"] for a in STORY] == [
        "Shelter", "Shelter", "AllClear", "Shelter", "None", "Assess", "None",
    ]  # fmt: skip
    assert [a.status for a in STORY] == ["Exercise"] * 5 + ["System"] * 2
    assert [a.scope for a in STORY] == ["Public"] * 5 + ["Restricted"] * 2


def test_references_name_earlier_alerts_to_the_letter() -> None:
    names = {f"forewarn@localhost,{a.identifier},{read(a.xml)['sent']}" for a in STORY}
    assert all(set(a.references) <= names for a in STORY)
    assert [len(a.references) for a in STORY] == [0, 1, 2, 0, 1, 0, 1]


def test_grades_of_the_story() -> None:
    told = [tuple(read(a.xml)["info"][0][k] for k in ("urgency", "severity", "certainty")) for a in STORY[:5]]
    assert told == [
        ("Immediate", "Severe", "Possible"), ("Immediate", "Severe", "Likely"), ("Past", "Minor", "Observed"),
        ("Immediate", "Severe", "Observed"), ("Past", "Minor", "Observed"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("weighed", "wanted"),
    [
        (Weighed(chance=0.3, in_s=(69.0, 90.0), worst=50.0), ("Immediate", "Extreme", "Possible")),
        (Weighed(chance=0.51, in_s=(70.0, 90.0), worst=49.0), ("Expected", "Severe", "Likely")),
        (Weighed(chance=0.51, in_s=(70.0, 90.0), worst=4.9, inside=0.5), ("Immediate", "Moderate", "Observed")),
        (Weighed(chance=0.1, in_s=None, worst=0.5), ("Immediate", "Minor", "Possible")),
    ],
)
def test_grades(weighed: Weighed, wanted: tuple[str, ...]) -> None:
    found = grade(weighed, need_s=10.0, cost=1.0)
    assert (found.urgency, found.severity, found.certainty) == wanted


def test_exercises_carry_a_note_and_what_is_live_does_not() -> None:
    assert "note" in read(RAISE.xml)
    live = Desk(site(live=True))
    cap = read(of(live.tick(0.0, threat()), Alert).xml)
    assert cap["status"] == "Actual"
    assert "note" not in cap
    assert "EXERCISE" not in cap["info"][0]["headline"]


def test_onset_is_the_soonest_entry() -> None:
    cap = read(RAISE.xml)
    assert seconds(cap["info"][0]["onset"]) == seconds(cap["sent"]) + 8


def test_names_are_escaped_and_read_back() -> None:
    cap = read(RAISE.xml)
    assert cap["info"][0]["area"]["areaDesc"] == "Pier & <quay>"
    assert cap["info"][1]["area"]["areaDesc"] == "الرصيف"
    assert cap["info"][1]["senderName"] == "مراقبة الميناء"


def test_parameters_hold_the_numbers() -> None:
    found = {p["valueName"]: p["value"] for p in read(RAISE.xml)["info"][0]["parameter"]}
    assert found == {
        "forewarn:kind": "rocket", "forewarn:chance": "0.400", "forewarn:objects": "1", "forewarn:entry_s": "8.0 20.0",
        "forewarn:from_deg": "0",
    }  # fmt: skip


def test_a_circle_is_latitude_longitude_and_kilometres() -> None:
    assert read(RAISE.xml)["info"][0]["area"]["circle"] == "51.520000,5.860000 0.100"


def test_a_polygon_is_closed() -> None:
    corners = {"id": "north", "name": {"en": "Yard"}, "polygon": CORNERS}
    desk = Desk(site(corners))
    alert = of(desk.tick(0.0, threat()), Alert)
    sound(alert)
    pairs = read(alert.xml)["info"][0]["area"]["polygon"].split()
    assert [tuple(map(float, p.split(","))) for p in pairs] == [*CORNERS, CORNERS[0]]
    assert polygon([*CORNERS, CORNERS[0]]) == polygon(CORNERS)


def test_identifiers_are_made_of_site_zone_episode_and_number() -> None:
    assert [a.identifier for a in (RAISE, UPDATE, CLEAR, AGAIN)] == [
        "here~north~1.1~20200929T121057", "here~north~1.2~20200929T121103", "here~north~1.3~20200929T121127",
        "here~north~2.1~20200929T121137",
    ]  # fmt: skip
    assert len({a.identifier for a in STORY}) == len(STORY)


def test_the_same_story_gives_the_same_bytes() -> None:
    assert story() == STORY


@given(st.integers(-(2**63), 2**63 - 1))
def test_times_read_back(t_ns: int) -> None:
    assert datetime.fromisoformat(time(t_ns)).timestamp() == t_ns // SECOND


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_places_read_back(lat: float, lon: float) -> None:
    found = tuple(map(float, pair(lat, lon).split(",")))
    assert found == pytest.approx((lat, lon), abs=6e-7)


texts = st.text(max_size=300)


@given(texts, texts, texts, st.sampled_from(["circle", "polygon", None]))
def test_any_text_makes_a_sound_alert(headline: str, description: str, area: str, shape: str | None) -> None:
    """What XML does not allow is left out; the rest is read back (XML normalises line ends, 2.11)."""
    words = Words("en", "Watch", "Event", headline, description, "Do.", area or "There")
    cap = Cap(
        identifier="a", sender="b", sent_ns=T0, status="Actual", msg_type="Alert", scope="Public", words=(words,), category="Safety",
        response="Shelter", grade=Grade("Immediate", "Severe", "Likely"), expires_ns=T0,
        area={"circle": Area(circle=(1.0, 2.0, 30.0)), "polygon": Area(polygon=CORNERS), None: None}[shape],
    )  # fmt: skip
    xml = write(cap)
    assert faults(xml.encode(), SCHEMA) == ()
    allowed = "".join(c for c in headline if c in "\t\n\r" or 0x20 <= ord(c) < 0xD800 or 0xE000 <= ord(c) < 0xFFFE or ord(c) > 0xFFFF)
    assert read(xml)["info"][0].get("headline") == (allowed or None)


def test_long_episodes_stay_small() -> None:
    names = {"en": "x" * 1500, "ar": "س" * 1500}
    long = site(zone("z" * 64, name=names, tell=[]), name="s" * 64, sender="a" * 150 + "@" + "b" * 149, title=names)
    desk = Desk(long)
    for t in range(300):
        desk.tick(t * 6.0, threat(t + 1, 0.9, to="z" * 64))
    last = desk.all(Alert)[-1]
    sound(last)
    assert 10 < len(last.references) <= 17  # 8000 characters
    assert last.references[0] == desk.all(Alert)[1].references[0]
    assert len(last.xml.encode()) < 40_000
    assert len(encode(last)) < 60_000
    assert len(desk.all(Warning)) > 200


def test_it_is_one_element_in_its_namespace_and_nothing_else() -> None:
    root = etree.fromstring(RAISE.xml.encode())
    assert root.nsmap == {None: "urn:oasis:names:tc:emergency:cap:1.2"}
    assert not RAISE.xml.startswith("<?")
