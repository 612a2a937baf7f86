"""Where sensors stand, by the site file and by their own word."""

from __future__ import annotations

from forewarn import sight
from forewarn.messages import Place, Sector
from forewarn.sight.state import CHANGES
from tests.sight_help import RADAR, look, ns, site, status

HERE = (60.0, 10.0, 0.0)
WEST = Sector(from_deg=260.0, to_deg=280.0)
SHORE = site(RADAR + "coverage = { blank = [{ from_deg = 10, to_deg = 20 }] }\n")


def test_the_site_file_comes_first() -> None:
    radar = sight.start(SHORE).sensors["radar"]
    assert radar.place == HERE
    assert radar.blank == (Sector(from_deg=10.0, to_deg=20.0),)
    assert sight.start(site()).sensors["finder"].place is None


def test_a_status_moves_a_sensor_and_blanks_it_where_it_says_so() -> None:
    state, _ = sight.status(sight.start(SHORE), SHORE, status(1.0, "operational", place=Place(lat_deg=61.0, lon_deg=11.0, alt_m=7.0)))
    assert state.sensors["radar"].place == (61.0, 11.0, 7.0)
    assert state.sensors["radar"].blank == (Sector(from_deg=10.0, to_deg=20.0),)
    state, _ = sight.status(state, SHORE, status(2.0, "operational", blank=(WEST,)))
    assert state.sensors["radar"].place == (61.0, 11.0, 7.0)
    assert state.sensors["radar"].blank == (WEST,)
    state, _ = sight.status(state, SHORE, status(3.0, "operational", blank=()))
    assert state.sensors["radar"].blank == ()


def test_a_place_without_a_height_keeps_the_height() -> None:
    high, low = Place(lat_deg=60.0, lon_deg=10.0, alt_m=50.0), Place(lat_deg=60.1, lon_deg=10.0)
    state, _ = sight.heard(sight.start(SHORE), SHORE, look(1.0, pose=high))
    state, _ = sight.heard(state, SHORE, look(2.0, pose=low))
    assert state.sensors["radar"].place == (60.1, 10.0, 50.0)
    state, _ = sight.heard(sight.start(site()), site(), look(1.0, "finder", pose=low))
    assert state.sensors["finder"].place == (60.1, 10.0, 0.0)


def test_a_late_look_still_says_where_the_sensor_stands() -> None:
    state, news = sight.heard(sight.start(SHORE), SHORE, look(60.0, age_s=20.0, pose=Place(lat_deg=62.0, lon_deg=10.0, alt_m=0.0)))
    assert state.sensors["radar"].place == (62.0, 10.0, 0.0)
    assert news == ()


def test_the_history_of_a_sensors_health_is_kept_and_bounded() -> None:
    state = sight.start(SHORE)
    for k in range(200):
        state, _ = sight.status(state, SHORE, status(2.0 * k, "down"))
        state, _ = sight.status(state, SHORE, status(2.0 * k + 1.0, "operational"))
    assert len(state.changes) == CHANGES
    told = sight.history(state, "radar")
    assert [change.state for change in told[-2:]] == ["down", "waiting"]
    assert told[-1].t_ns == ns(399.0)
    assert sight.history(state, "receiver") == ()
