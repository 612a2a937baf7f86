"""A sensor's error on its way out: what operators are told of it, and what the record keeps."""

from __future__ import annotations

from msgspec.structs import replace

from forewarn import warn
from forewarn.messages import Notice, SensorError
from forewarn.record.select import Told, select
from tests.errors_help import site

SITE = site({"one": ""})
FINE = SensorError(
    sensor="one", t_ns=1, azimuth_deg=0.2, azimuth_sigma_deg=0.3, range_m=1.0, range_sigma_m=4.0, clock_s=0.0, clock_sigma_s=0.1,
    samples=12, beyond=False, before=False,
)  # fmt: skip
OFF = replace(FINE, azimuth_deg=4.0, beyond=True)


def test_operators_hear_when_a_sensor_goes_beyond_its_statement_and_when_it_is_back() -> None:
    state = warn.start(SITE)
    assert warn.notice(state, SITE, FINE)[1] == ()
    (gone,) = warn.notice(state, SITE, OFF)[1]
    assert isinstance(gone, Notice)
    assert (gone.about, gone.subject, gone.causes) == ("sensor", "one", (-1,))
    assert "azimuth +4.0 degrees" in gone.text
    assert warn.notice(state, SITE, replace(OFF, before=True))[1] == ()
    (back,) = warn.notice(state, SITE, replace(FINE, before=True))[1]
    assert isinstance(back, Notice)
    assert back.state != gone.state


def test_the_record_keeps_what_moved_by_more_than_its_sigma_or_changed_its_flag() -> None:
    steps = [FINE, replace(FINE, samples=13), replace(FINE, azimuth_deg=0.45), replace(FINE, azimuth_deg=0.6), OFF, replace(OFF, t_ns=2)]
    told, kept = Told(), []
    for one in steps:
        told, some = select(told, (one,))
        kept.append(bool(some))
    assert kept == [True, False, False, True, True, False]
