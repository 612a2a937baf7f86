"""What each sensor can see, where and when: detection, clutter, health, and the directions from which a zone is blind.

The only coverage model of the house is ``View`` (``view.py``), with what the ground hides (``skyline.py``) and what objects that say where
they are have taught (``learned.py``). Health (``health.py``) follows from what came and when; blind
directions (``blind.py``) from health, places and coverage. News goes out when it changes, and not otherwise.
"""

from __future__ import annotations

import msgspec

from forewarn.messages import Blind, Claim, Health, Observation, SensorStatus
from forewarn.sight import blind, health, learned
from forewarn.sight.health import Word, timely
from forewarn.sight.state import Change, Condition, State, changed, history, placed, start, with_sensor
from forewarn.sight.view import View, spot, view
from forewarn.site import Sensor, Site

News = tuple[Health | Blind, ...]
FIRST_S = 30.0
"""No longer than this after its begin the watch waits for its sensors before it says where it is blind."""

__all__ = ["Change", "Condition", "News", "State", "View", "heard", "history", "start", "status", "tick", "timely", "view"]


def status(state: State, site: Site, said: SensorStatus) -> tuple[State, News]:
    """A sensor speaks of itself: its state, and where it gives them its place and its blank sectors."""
    sensor = site.sensor(said.sensor)
    condition = placed(state.sensors[said.sensor], site, said)
    condition = msgspec.structs.replace(condition, stated=said.state)
    words: tuple[Word, ...] = (said.state,) if health.scans(sensor) else (said.state, _look(said.state))
    return _take(state, said.sensor, condition, words, said.t_arrival_ns, said.detail or f"it says that it is {said.state}")


def heard(state: State, site: Site, item: Observation | Claim) -> tuple[State, News]:
    """A look or a claim came in: the sensor sees, unless what came is too old or too far ahead to be used."""
    condition = state.sensors[item.sensor]
    if isinstance(item, Observation):
        condition = placed(condition, site, item)
    if not timely(site, item):
        return with_sensor(state, item.sensor, condition), ()
    state = _learn(state, site, item, condition)
    return _take(state, item.sensor, condition, (_look(condition.stated),), item.t_arrival_ns, "")


def _learn(state: State, site: Site, item: Observation | Claim, condition: Condition) -> State:
    if isinstance(item, Claim):
        return msgspec.structs.replace(state, learned=learned.claim(state.learned, site, item))
    if not state.learned.claimants or condition.place is None:
        return state
    return msgspec.structs.replace(state, learned=learned.look(state.learned, site, spot(condition.place, site), item))


def tick(state: State, site: Site, t_ns: int) -> tuple[State, News]:
    """The time is ``t_ns``: who has fallen silent, and from which directions could a zone be approached unseen?"""
    if state.begun_ns is None:
        state = msgspec.structs.replace(state, begun_ns=t_ns)
    news: list[Health | Blind] = []
    for sensor in site.sensors:
        state, told = _silence(state, sensor, t_ns)
        news.extend(told)
    if _sure(state, site, t_ns):
        state, blinded = _look_round(state, site, t_ns)
        news.extend(blinded)
    return state, tuple(news)


def _look(stated: str) -> Word:
    return "look" if stated == "operational" else "poor"


def _take(state: State, name: str, condition: Condition, words: tuple[Word, ...], t_ns: int, detail: str) -> tuple[State, News]:
    """A sensor's words through the table; a look, or a new wait for one, starts its clock anew."""
    before = after = condition.state
    for word in words:
        after = health.after(after, word)
    if words[-1] in ("look", "poor") or (after == "waiting" and before != "waiting"):
        condition = msgspec.structs.replace(condition, heard_ns=t_ns)
    state = with_sensor(state, name, msgspec.structs.replace(condition, state=after))
    if after == before:
        return state, ()
    state = changed(state, Change(name, t_ns, after))
    return state, (Health(sensor=name, t_ns=t_ns, state=after, before=before, detail=detail),)


def _silence(state: State, sensor: Sensor, t_ns: int) -> tuple[State, News]:
    condition = state.sensors[sensor.id]
    if condition.heard_ns is None:
        return with_sensor(state, sensor.id, msgspec.structs.replace(condition, heard_ns=t_ns)), ()
    quiet_s = (t_ns - condition.heard_ns) / 1e9
    if quiet_s < health.silent_after_s(sensor):
        return state, ()
    detail = f"nothing that counts for {quiet_s:.1f} s; expected every {sensor.interval_s:g} s"
    return _take(state, sensor.id, condition, ("silence",), t_ns, detail)


def _sure(state: State, site: Site, t_ns: int) -> bool:
    """Whether every sensor has had its chance to be heard for the first time."""
    waited_s = (t_ns - (state.begun_ns or 0)) / 1e9
    waiting = any(state.sensors[s.id].state == "waiting" for s in site.sensors if health.scans(s))
    return state.basis is not None or waited_s >= FIRST_S or not waiting


def _look_round(state: State, site: Site, t_ns: int) -> tuple[State, News]:
    """Blind directions, worked out only where something changed and told only where they did."""
    basis = blind.basis(state, site)
    if blind.same(state.basis, basis):
        return state, ()
    found = {zone.id: blind.directions(state, site, zone, t_ns) for zone in site.zones}
    news = tuple(
        Blind(zone=zone, t_ns=t_ns, sectors=sectors, share=share, heights=heights)
        for zone, (sectors, share, heights) in found.items()
        if sectors != state.blind.get(zone, ())
    )
    return msgspec.structs.replace(state, basis=basis, blind={zone: sectors for zone, (sectors, *_) in found.items()}), news
