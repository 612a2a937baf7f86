"""The last looks and beliefs, so that a look that comes late is put where it belongs and what came after it is worked out again.

Looks are kept in the order of ``Look.key``, which their values alone decide; so the order of arrival makes no difference. Marks are
beliefs as they were before some of them: a late look goes back to the mark before it. None is older than ``late_s``.
"""

from __future__ import annotations

from bisect import bisect_right

import msgspec

from forewarn.track.belief import Belief, settled
from forewarn.track.look import Look
from forewarn.track.plan import Plan
from forewarn.track.tidy import tidy
from forewarn.track.update import take

MARKS = 32  # about so many beliefs are kept: the more, the shorter the way back
MOST_LOOKS = 2048


class Mark(msgspec.Struct, frozen=True):
    """The belief before look number ``before`` of those kept."""

    before: int
    belief: Belief


class History(msgspec.Struct, frozen=True):
    """``looks`` in order, ``belief`` after all of them, ``marks`` by ascending ``before``; the first stands before the first look."""

    belief: Belief
    looks: tuple[Look, ...] = ()
    marks: tuple[Mark, ...] = ()


def add(plan: Plan, history: History, look: Look, oldest_ns: int) -> History | None:
    """The history with one more look, forgetting what is older than ``oldest_ns``; None: the look is older than what is remembered."""
    place = _place(history.looks, look)
    if place < len(history.looks):
        found = _again(plan, history, look, place)
    elif history.looks or look.t_ns >= history.belief.t_ns:
        found = _next(plan, history, look)
    else:
        return None
    return found and _forget(found, oldest_ns)


def _place(looks: tuple[Look, ...], look: Look) -> int:
    """Where among these looks one belongs, mostly behind them all."""
    if not looks or looks[-1].t_ns < look.t_ns:
        return len(looks)
    return bisect_right(looks, look.key, key=lambda kept: kept.key)


def _next(plan: Plan, history: History, look: Look) -> History:
    looks, marks = (*history.looks, look), history.marks
    if not marks or look.t_ns - looks[marks[-1].before].t_ns >= plan.late_s * 1e9 / MARKS:
        marks = (*marks, Mark(len(history.looks), history.belief))
    belief = take(plan, history.belief, look)
    return History(belief if plan.sensors[look.sensor].claims else settled(tidy(plan, belief)), looks, marks)


def _again(plan: Plan, history: History, look: Look, place: int) -> History | None:
    """Go back to the last mark that is not behind ``place``, and take every look from there anew."""
    marks = tuple(mark for mark in history.marks if mark.before <= place)
    if not marks or marks[-1].belief.t_ns > look.t_ns:
        return None
    start = marks[-1]
    found = History(start.belief, history.looks[: start.before], marks[:-1])
    for later in (*history.looks[start.before : place], look, *history.looks[place:]):
        found = _next(plan, found, later)
    return found


def _forget(history: History, oldest_ns: int) -> History:
    """Keep the looks from the last mark before ``oldest_ns`` on."""
    first = 0
    for mark in history.marks:
        if history.looks[mark.before].t_ns <= oldest_ns or len(history.looks) - mark.before > MOST_LOOKS:
            first = mark.before
        else:
            break
    if first == 0:
        return history
    marks = tuple(Mark(mark.before - first, mark.belief) for mark in history.marks if mark.before >= first)
    return History(history.belief, history.looks[first:], marks)
