"""What is published: numbers, ends, merges, and arrays that say the same as the messages."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from forewarn import geo, track
from forewarn.messages import KINDS, Observation, Track
from forewarn.site import Site
from tests.track_help import at, feed, look, plot, site, straight, view


def published(looks: list[Observation], of: Site) -> tuple[track.State, list[track.Picture]]:
    state, pictures = track.start(of), []
    for one in looks:
        state, _ = track.observe(state, of, view(one.sensor), one)
        state, picture = track.publish(state, of, one.t_arrival_ns)
        pictures.append(picture)
    return state, pictures


def test_arrays_and_messages_say_the_same() -> None:
    of = site()
    _, picture = track.publish(feed(straight(15), of), of, at(15))
    (message,) = picture.messages
    whole = np.einsum("mn,mdn->dn", picture.model, picture.mean)
    here = geo.to_enu(message.aided.lat_deg, message.aided.lon_deg, message.aided.alt_m, (52.0, 5.0, 0.0))
    assert here == pytest.approx(whole[:3, 0], abs=1e-6)
    assert (message.aided.east_mps, message.aided.north_mps) == pytest.approx(tuple(whole[3:5, 0]))
    assert message.existence == picture.existence[0] == picture.existence_sensed[0]
    assert message.sensed == message.aided
    assert picture.track.tolist() == [1]
    assert picture.has_claim.tolist() == [False]
    assert picture.mean.shape == (3, 6, 1)
    assert picture.cov.shape == (3, 6, 6, 1)
    assert picture.log_kind.shape == (len(KINDS), 1)
    assert picture.t_updated_ns[0] == message.t_updated_ns == at(14)


def test_the_covariance_of_a_message_is_that_of_the_mixture() -> None:
    of = site()
    _, picture = track.publish(feed(straight(15), of), of, at(17))
    estimate = picture.messages[0].aided
    cov = np.zeros((6, 6))
    cov[np.triu_indices(6)] = estimate.cov
    cov = cov + np.triu(cov, 1).T
    mean = np.einsum("mdn,mn->dn", picture.mean, picture.model)[:, 0]
    gap = picture.mean[..., 0] - mean
    expected = np.einsum("m,mab->ab", picture.model[:, 0], picture.cov[..., 0]) + np.einsum("m,ma,mb->ab", picture.model[:, 0], gap, gap)
    assert cov == pytest.approx(expected)
    assert estimate.sigma_m == pytest.approx(np.sqrt(cov[0, 0] + cov[1, 1]))
    assert (np.linalg.eigvalsh(cov) > 0).all()


def test_predicted_to_the_time_asked_for() -> None:
    of = site()
    state = feed(straight(25), of)
    soon, late = (track.publish(state, of, at(t))[1] for t in (24.0, 26.0))
    assert late.messages[0].t_ns == at(26)
    east = [float(np.einsum("mn,mn->n", p.mean[:, 0], p.model)[0]) for p in (soon, late)]
    assert east[1] - east[0] == pytest.approx(10.0, abs=4.0)
    assert late.messages[0].aided.sigma_m > soon.messages[0].aided.sigma_m


def test_numbers_are_given_in_the_order_of_labels_and_kept() -> None:
    of = site()
    looks = [look(k, plot(k, 0, 0), plot(k, 500, 500), *([plot(k, -700, 0)] if k > 4 else [])) for k in range(12)]
    _, pictures = published(looks, of)
    assert pictures[3].track.tolist() == [1, 2]
    assert pictures[-1].track.tolist() == [1, 2, 3]
    labels = {m.track: m.label for p in pictures for m in p.messages}
    assert all(labels[m.track] == m.label for p in pictures for m in p.messages)
    assert labels[1] < labels[2] < labels[3]


def test_a_track_that_ends_is_said_once_more_and_its_number_never_comes_back() -> None:
    of = site()
    looks = [look(k, *([plot(k, 0, 0)] if k < 8 or k > 50 else [])) for k in range(60)]
    _, pictures = published(looks, of)
    ends = [m for p in pictures for m in p.messages if m.ended]
    assert [m.track for m in ends] == [1]
    assert ends[0].existence == 0.0
    after = [m.track for p in pictures for m in p.messages if m.t_ns > ends[0].t_ns]
    assert set(after) == {2}
    assert all(p.track.tolist() == [m.track for m in p.messages if not m.ended] for p in pictures)


def test_a_vague_track_is_not_published_and_comes_back_with_its_old_number_as_parent() -> None:
    of = site("coast_s = 10.0\nspeed_sd_mps = 20.0\ncalm = 60.0\nagile = 80.0")
    assert track.start(of).plan.vague_m == pytest.approx(60.0)
    state, pictures = track.start(of), []
    for k in range(20):
        if k < 9 or k > 15:
            state, _ = track.observe(state, of, view(), look(k, plot(k, 5.0 * k, 0, course_deg=90.0, speed_mps=5.0)))
        state, picture = track.publish(state, of, at(k))
        pictures.append(picture)
    ended = [m for p in pictures for m in p.messages if m.ended]
    back = [m for p in pictures for m in p.messages if m.track == 2]
    assert [m.track for m in ended] == [1]
    assert back[0].label == ended[0].label
    assert back[0].parents == (1,)
    assert back[1].parents == ()


def test_merged_tracks_name_their_parents() -> None:
    of = site("publish_above = 0.01")
    apart = [look(k, plot(k, -60 + 5 * k, 0), plot(k, 60 - 5 * k, 0)) for k in range(12)]
    after = [look(k, plot(k, 0, 0)) for k in range(12, 30)]
    _, pictures = published(apart + after, of)
    parents = [m.parents for p in pictures for m in p.messages if m.parents]
    numbers = sorted({m.track for p in pictures for m in p.messages})
    assert numbers == [1, 2]
    assert parents in ([(1,)], [(2,)]) or pictures[-1].track.size == 1


def test_below_the_sites_floor_nothing_is_said() -> None:
    of = site("publish_above = 0.99")
    state = feed(straight(1), of)
    told, picture = track.publish(state, of, at(1))
    assert picture.messages == ()
    assert picture.mean.shape == (3, 6, 0)
    assert told.told.next == 1


def test_nothing_known_nothing_said() -> None:
    of = site()
    _, picture = track.publish(track.start(of), of, at(0))
    assert picture.messages == ()
    assert picture.t_ns == at(0)


def test_publishing_leaves_the_belief_alone() -> None:
    of = site()
    state = feed(straight(10), of)
    after, picture = track.publish(state, of, at(12))
    assert after.history is state.history
    assert isinstance(picture.messages[0], Track)


def test_a_track_follows_from_the_last_look_that_showed_it_and_old_numbers_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forewarn.track.state.HEARD", 8)
    looks = [replace(one, seq=100 + k) for k, one in enumerate(straight(20))]
    other = [look(20 + 0.1 * k, sensor="finder", scan=False) for k in range(8)]
    state = feed(looks)
    assert track.publish(state, site(), at(20))[1].messages[0].causes == (119,)
    assert [seq for _, seq in state.heard] == list(range(112, 120))
    assert track.publish(feed(other[:7], state=state), site(), at(21))[1].messages[0].causes == (119,)
    assert track.publish(feed(other, state=state), site(), at(21))[1].messages[0].causes == ()
