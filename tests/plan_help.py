"""A small site for the tests of `plan`: two radars, a finder, a round zone in the middle and a square one beside it."""

from __future__ import annotations

from forewarn.site import Site, parse

TOML = """
version = 1
name = "yard"
origin = { lat_deg = 52.0, lon_deg = 5.0 }

[[zones]]
id = "round"
name = { en = "Round" }
circle = { lat_deg = 52.0, lon_deg = 5.0, radius_m = 60.0 }
ceiling_m = 120.0
horizon_s = 30.0
need_s = 10.0

[[zones]]
id = "square"
name = { en = "Square" }
polygon = [[52.001, 5.003], [52.001, 5.006], [52.003, 5.006], [52.003, 5.003]]
ceiling_m = 120.0
horizon_s = 30.0
need_s = 15.0

[[zones]]
id = "ground"
name = { en = "Ground" }
circle = { lat_deg = 52.0, lon_deg = 5.0, radius_m = 60.0 }
ceiling_m = 10.0

[[sensors]]
id = "radar"
kind = "radar"
position = { lat_deg = 52.0, lon_deg = 5.0, alt_m = 10.0 }
reports = "polar"
sigma_range_m = 6.0
sigma_azimuth_deg = 0.6
sigma_elevation_deg = 0.8
coverage = { max_range_m = 1500.0 }

[[sensors]]
id = "flat"
kind = "radar"
position = { lat_deg = 52.001, lon_deg = 5.002, alt_m = 10.0 }
reports = "position"
sigma_m = 8.0
correlation_s = 2.0
interval_s = 1.5
coverage = { max_range_m = 700.0 }

[[sensors]]
id = "finder"
kind = "radio_finder"
position = { lat_deg = 52.0, lon_deg = 5.001 }
reports = "bearing"
scan = false
coverage = { max_range_m = 1000.0 }

[[sensors]]
id = "id"
kind = "receiver"
reports = "claims"

[[feeds]]
id = "radar"
sensor = "radar"
format = "autoferry"
channel = 1
file = "x"
"""


def yard(**keys: str) -> Site:
    text = TOML
    for old, new in keys.items():
        assert old in text
        text = text.replace(old, new)
    return parse(text)
