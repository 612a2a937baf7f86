"""Rule 8 in sensors' errors: whatever claims say, and whenever, what is sensed stays the same to the last bit; what is told heeds them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from forewarn import track
from forewarn.freeze import freeze
from forewarn.messages import Claim, Observation
from forewarn.track.errors import joint
from tests.errors_help import Off, claimed, heard, observed, said, site, told
from tests.track_help import at

WIDE = "bias_sigma_azimuth_deg = 2.0\nbias_sigma_range_m = 20.0"
SITE = site({"one": WIDE, "two": WIDE, "finder": "bias_sigma_azimuth_deg = 4.0"}, "late_s = 30.0\n")
PHASES = (0.0, 2.0)
SECONDS = 15


def looks() -> list[Observation]:
    """Two radars and a finder, all off by some degrees, that see two objects."""
    rng, out = np.random.default_rng(3), []
    for k in range(SECONDS):
        for i, (name, off) in enumerate({"one": Off(1.5, 10.0), "two": Off(-1.0), "finder": Off(3.0)}.items()):
            both = [observed(name, k + 0.2 * i, off, rng, phase) for phase in PHASES]
            out.append(replace(both[0], plots=(*both[0].plots, *both[1].plots)))
    return out


def sensed(state: track.State) -> bytes:
    """All of the belief but what it keeps of claims: the second ledger, its comparisons, and the places that claims showed."""
    belief, sensors = state.history.belief, [not sense.claims for sense in state.plan.senses]
    shown, shown_ns = belief.shown[sensors], belief.shown_ns[sensors]
    return freeze(belief.but(ledgers=belief.ledgers[:1], compared_ns=belief.compared_ns[:1], shown=shown, shown_ns=shown_ns))


LOOKS = looks()
BARE = sensed(heard(SITE, LOOKS))
lies = st.builds(
    lambda after, t_s, east, north, phase, who: (
        after,
        replace(claimed(t_s, np.random.default_rng(0), (east, north), phase), identity=who),
    ),
    after=st.integers(1, len(LOOKS)),
    t_s=st.floats(2.0, SECONDS),
    east=st.floats(-300, 300),
    north=st.floats(-300, 300),
    phase=st.sampled_from(PHASES),
    who=st.sampled_from(["icao:abc123", "serial:1596"]),
)


@settings(max_examples=12, deadline=None)
@given(claims=st.lists(lies, min_size=1, max_size=30))
def test_no_claims_touch_what_is_sensed(claims: list[tuple[int, Claim]]) -> None:
    """Some come late and make the tracker go back, some come before their time."""
    items: list[Observation | Claim] = []
    for k, one in enumerate(LOOKS, 1):
        items += [one, *(replace(claim, t_arrival_ns=one.t_arrival_ns) for after, claim in claims if after == k)]
    state = track.start(SITE)
    for item in items:
        state = track.claim(state, SITE, item)[0] if isinstance(item, Claim) else heard(SITE, [item], state)
    assert sensed(state) == BARE


@pytest.mark.parametrize("authenticated", [False, True])
def test_claims_move_what_is_told_and_not_what_is_sensed_nor_published_as_sensed(authenticated: bool) -> None:
    of = site({"one": WIDE, "two": WIDE})
    items = said({"one": Off(), "two": Off()}, 90, claims=True, shift=(150.0, 0.0))
    items = [replace(item, authenticated=authenticated) if isinstance(item, Claim) else item for item in items]
    lied, bare = heard(of, items), heard(of, [item for item in items if isinstance(item, Observation)])
    assert sensed(lied) == sensed(bare)
    alone, aided = (joint.read(ledger, lied.plan.stated).mean for ledger in lied.history.belief.ledgers)
    assert np.abs(aided - alone)[[0, 3]].max() > math.radians(0.05)  # the lie is heard, and the less the odder it is
    ours, theirs = (track.publish(state, of, at(91.0))[1].messages for state in (lied, bare))
    ours, theirs = ({one.label: (one.sensed, one.existence_sensed) for one in some if one.sensed} for some in (ours, theirs))
    assert ours == theirs


def test_claims_alone_are_told_of_and_correct_nothing() -> None:
    of = site({"one": WIDE})
    state = heard(of, said({"one": Off(4.0)}, 120, claims=True))
    belief = state.history.belief
    assert not belief.errors.samples.any()
    assert not joint.read(belief.errors, state.plan.stated).mean.any()
    assert joint.read(belief.vouched, state.plan.stated).mean[0] > math.radians(0.5)
    assert told(of, state, 121)["one"].azimuth_deg > 1.0


def test_until_a_claim_is_beside_a_track_there_is_one_ledger() -> None:
    of = site({"one": WIDE, "two": WIDE})
    items = said({"one": Off(), "two": Off()}, 20, claims=True, shift=(3000.0, 0.0))
    far = heard(of, items)
    assert len(far.claims) == 1
    assert len(far.history.belief.ledgers) == 1
    near = heard(of, [claimed(20.9, np.random.default_rng(0))], far).history.belief
    assert near.ledgers == (near.errors, near.errors)
    assert np.array_equal(*near.compared_ns)
