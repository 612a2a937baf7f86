"""Sensors' errors, by the tracker's door: found where they can be, left open where not, told where the site file is wrong."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from forewarn import track
from forewarn.edge.running import Options, run
from forewarn.freeze import freeze, thaw
from forewarn.messages import Claim, Message, Observation, SensorError
from forewarn.track.errors import joint
from tests.errors_help import Off, errors, heard, said, site, told, way
from tests.track_help import at

ROOT = Path(__file__).resolve().parents[1]
TRIAL = ROOT.parent / "shared" / "data" / "icmcis"
WIDE = "bias_sigma_azimuth_deg = 3.0\nbias_sigma_range_m = 30.0\nbias_sigma_clock_s = 0.3"
GOOD = Off()


def shuffled(items: list[Observation | Claim], seed: int) -> list[Observation | Claim]:
    """The same in another order, none more than some five seconds out of place."""
    rng = np.random.default_rng(seed)
    times = np.array([item.t_ns for item in items]) + rng.uniform(0, 5e9, len(items))
    return [items[i] for i in np.argsort(times, kind="stable").tolist()]


def test_two_radars_apart_find_their_norths_and_ranges() -> None:
    """Seen from two places, a turn of the one and a turn of the other differ: both are found."""
    of = site({"one": WIDE, "two": WIDE})
    found = told(of, heard(of, said({"one": Off(3.0, 25.0), "two": Off(-2.0)}, 90)), 91)
    for name, azimuth, distance in (("one", 3.0, 25.0), ("two", -2.0, 0.0)):
        one = found[name]
        assert abs(one.azimuth_deg - azimuth) < 3.5 * one.azimuth_sigma_deg < 3.0
        assert abs(one.range_m - distance) < 3.5 * one.range_sigma_m < 30.0
        assert not one.beyond


def test_of_two_clocks_only_the_difference_is_found_and_both_say_so() -> None:
    of = site({"one": "bias_sigma_clock_s = 1.0", "two": "bias_sigma_clock_s = 1.0"})
    now = heard(of, said({"one": Off(clock_s=0.6), "two": GOOD}, 120))
    read = joint.read(errors(now), now.plan.stated)
    one, two = 2, joint.EACH + 2
    sd = np.sqrt(np.diag(read.cov))
    assert sd[one] > 0.65
    assert sd[two] > 0.65
    difference = math.sqrt(read.cov[one, one] + read.cov[two, two] - 2 * read.cov[one, two])
    assert difference < 0.4
    assert read.mean[one] - read.mean[two] == pytest.approx(0.6, abs=3.5 * difference)


def test_a_finders_north_is_found_against_a_radar_whose_north_is_known() -> None:
    of = site({"one": "", "finder": "bias_sigma_azimuth_deg = 10.0"})
    now = heard(of, said({"one": GOOD, "finder": Off(-6.0)}, 90))
    finder = told(of, now, 91)["finder"]
    assert abs(finder.azimuth_deg + 6.0) < 3.5 * finder.azimuth_sigma_deg < 4.0
    assert finder.samples > 30
    assert not finder.beyond


def test_a_sensor_alone_learns_nothing_from_its_own_tracks() -> None:
    of = site({"one": WIDE})
    now = heard(of, said({"one": Off(3.0, 30.0)}, 60))
    assert now.history.belief.n == 1
    assert errors(now).samples.tolist() == [0.0, 0.0]
    assert told(of, now, 61) == {}


def test_claims_tell_of_a_sensor_alone() -> None:
    of = site({"one": WIDE})
    found = told(of, heard(of, said({"one": Off(4.0, -10.0)}, 240, claims=True)), 241)["one"]
    assert found.azimuth_sigma_deg < 2.0
    assert abs(found.azimuth_deg - 4.0) < 3.0 * found.azimuth_sigma_deg


@pytest.mark.parametrize("shift", [(60.0, 0.0), (0.0, -200.0), (400.0, 400.0)])
def test_a_claim_that_lies_moves_two_sensors_that_agree_by_little(shift: tuple[float, float]) -> None:
    of = site({"one": WIDE, "two": WIDE})
    honest = told(of, heard(of, said({"one": GOOD, "two": GOOD}, 90)), 91)
    lied = told(of, heard(of, said({"one": GOOD, "two": GOOD}, 90, claims=True, shift=shift)), 91)
    for name, one in lied.items():
        assert abs(one.azimuth_deg - honest[name].azimuth_deg) < 0.5
        assert not one.beyond


def test_what_the_site_file_says_is_known_is_never_corrected() -> None:
    of = site({"one": "", "two": ""})
    items = said({"one": GOOD, "two": Off(2.0)}, 40, claims=True, shift=(30.0, 0.0))
    bare, with_claims = heard(of, [item for item in items if isinstance(item, Observation)]), heard(of, items)
    assert (with_claims.history.belief.shown_ns[2] > 0).any()  # the claims were compared with
    assert np.array_equal(bare.history.belief.mean, with_claims.history.belief.mean)
    assert not joint.read(errors(with_claims), with_claims.plan.stated).mean.any()


def test_the_one_of_three_whose_statement_is_wrong_is_told() -> None:
    of = site({"one": "", "two": "", "three": ""})
    found = told(of, heard(of, said({"one": GOOD, "two": Off(4.0), "three": GOOD}, 60)), 61)
    assert {name for name, one in found.items() if one.beyond} == {"two"}
    assert found["two"].azimuth_deg == pytest.approx(4.0, abs=1.5)


def test_sensors_that_are_as_stated_are_not_told_as_off() -> None:
    of = site({"one": "", "two": "", "finder": ""})
    for seed in range(4):
        found = told(of, heard(of, said({"one": GOOD, "two": GOOD, "finder": GOOD}, 60, claims=True, seed=seed)), 61)
        assert not any(one.beyond for one in found.values())


def test_taking_the_error_off_makes_the_track_better() -> None:
    """The same plots with the error known to be nil, and with it left to be found: the error a second for the last minute."""
    items = said({"one": Off(5.0), "two": GOOD}, 90)
    rms = {}
    for name, wide in (("known", ""), ("found", "bias_sigma_azimuth_deg = 6.0")):
        of = site({"one": wide, "two": ""})
        state, squared = heard(of, items[:60]), []
        for k in range(60, len(items)):
            state = heard(of, items[k : k + 1], state)
            belief = state.history.belief
            best = int(np.argmax(belief.real))
            off = np.einsum("md,m->d", belief.mean[:, :2, best], belief.model[:, best]) - way((belief.t_ns - at(0)) / 1e9)[:2]
            squared.append(float(off @ off))
        rms[name] = math.sqrt(np.mean(squared))
    assert rms["found"] < 0.7 * rms["known"]


def test_late_words_leave_the_same_errors_and_tracks() -> None:
    of = site({"one": WIDE, "finder": "bias_sigma_azimuth_deg = 6.0"}, "late_s = 20.0\n")
    items = said({"one": Off(2.0), "finder": Off(-4.0)}, 40, claims=True)
    in_order, late = heard(of, items), heard(of, shuffled(items, 5))
    assert np.allclose(errors(in_order).information, errors(late).information, rtol=1e-9, atol=1e-9)
    assert np.allclose(in_order.history.belief.mean, late.history.belief.mean, atol=1e-6)
    assert np.array_equal(in_order.history.belief.label, late.history.belief.label)


def test_freeze_thaw_step_is_step() -> None:
    of = site({"one": WIDE, "two": WIDE})
    items = said({"one": Off(2.0), "two": GOOD}, 30, claims=True)
    state, _ = track.publish(heard(of, items[:50]), of, at(16.0))
    again = thaw(freeze(state), track.State)
    one, two = heard(of, items[50:], state), heard(of, items[50:], again)
    assert freeze(one) == freeze(two)
    assert track.publish(one, of, at(40.0))[1].errors == track.publish(two, of, at(40.0))[1].errors


@pytest.mark.slow
@pytest.mark.parametrize("names", [("one", "two"), ("one", "finder")])
def test_stated_sigmas_are_right(names: tuple[str, ...]) -> None:
    """Average NEES over independent runs, errors drawn from the prior: within a half and one and a half."""
    of = site(dict.fromkeys(names, WIDE))
    found = []
    for seed in range(20):
        rng = np.random.default_rng(1000 + seed)
        off = {name: Off(*(rng.standard_normal(3) * (3.0, 0.0 if name == "finder" else 30.0, 0.3)).tolist()) for name in names}
        now = heard(of, said(off, 80, seed=seed))
        read = joint.read(errors(now), now.plan.stated)
        some = [3 * i + j for i, name in enumerate(names) for j in range(3) if name != "finder" or j != 1]
        true = np.array([value * unit for one in off.values() for value, unit in zip(one, (math.pi / 180, 1, 1), strict=True)])
        gap = read.mean[some] - true[some]
        found.append(gap @ np.linalg.solve(read.cov[np.ix_(some, some)], gap) / len(gap))
    assert 0.5 < np.mean(found) < 1.5


@pytest.mark.skipif(not TRIAL.is_dir(), reason="needs the ICMCIS 2021 recordings")
@pytest.mark.slow
@pytest.mark.parametrize("name", ["1_1", "1_3"])
def test_the_trials_radio_finder_is_found_to_be_off(name: str, tmp_path: Path) -> None:
    """With the site file's statement of it taken away: within 2 degrees of what is known of it, the radar's own as stated."""
    text = (ROOT / "examples" / f"icmcis_{name}.toml").read_text(encoding="utf-8")
    stated = "bias_azimuth_deg = -7.5"
    assert stated in text
    place = tmp_path / "site.toml"
    place.write_text(text.replace(stated, "bias_azimuth_deg = 0.0\nbias_sigma_azimuth_deg = 10.0"), encoding="utf-8")
    last: dict[str, SensorError] = {}

    def keep(_: Message, messages: tuple[Message, ...]) -> None:
        last.update({one.sensor: one for one in messages if isinstance(one, SensorError)})

    run(place, Options(data=TRIAL / name), keep, say=lambda text: None)
    assert last["venus"].azimuth_deg == pytest.approx(-7.5, abs=2.0)
    assert not last["venus"].beyond
