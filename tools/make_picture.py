"""Draws docs/harbour.png: the shipped example as the README shows it. Run it after `make run`; it reads build/harbour."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
import matplotlib.pyplot as plt

from forewarn.edge import replaying, trackfile
from forewarn.edge.checking import read_site
from forewarn.evaluate import read_truth
from forewarn.evaluate.of_record import places
from forewarn.geo import to_enu
from forewarn.messages import Observation, Warning

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Plots, tracks, truth and zone on one map, and under it when the zone was under warning."""
    _, site = read_site(ROOT / "examples" / "harbour.toml")
    zone = site.zones[0]
    assert zone.circle is not None
    centre = (zone.circle.lat_deg, zone.circle.lon_deg, 0.0)
    steps = [step.messages for step in replaying.steps(ROOT / "build" / "harbour")]
    rows = [row for messages in steps for row in trackfile.rows(messages) if row["existence"] >= site.tracking.confirmed]
    dots = np.array([p[1:] for messages in steps for m in messages if isinstance(m, Observation) for p in places(site, m)])
    warnings = [m for messages in steps for m in messages if isinstance(m, Warning)]
    truth = read_truth(ROOT / "examples" / "data" / "autoferry_13" / "groundTruth.json")

    figure, (chart, line) = plt.subplots(2, 1, figsize=(9, 7.2), height_ratios=(12, 1), layout="constrained")
    east, north, _ = to_enu(dots[:, 0], dots[:, 1], 0.0, centre)
    chart.plot(east, north, ".", color="0.72", ms=3, label="radar and lidar plots")
    for k, boat in enumerate(truth):
        east, north, _ = to_enu(boat.lat_deg, boat.lon_deg, 0.0, centre)
        chart.plot(east, north, color="black", lw=1, ls="--", label="where the boats really were (GNSS)" if k == 0 else None)
    for number in sorted({row["track"] for row in rows}):
        own = [row for row in rows if row["track"] == number]
        east, north, _ = to_enu([r["lat_deg"] for r in own], [r["lon_deg"] for r in own], 0.0, centre)
        (drawn,) = chart.plot(east, north, lw=2.2, alpha=0.85)
        chart.annotate(
            f"track {number}", (east[0], north[0]), color=drawn.get_color(), fontsize=9, xytext=(4, 4), textcoords="offset points"
        )
    chart.add_patch(plt.Circle((0, 0), zone.circle.radius_m, color="tab:red", alpha=0.18, lw=0))
    chart.annotate("zone: the ferry", (0, -zone.circle.radius_m - 9), ha="center", color="tab:red", fontsize=9)
    chart.set(aspect="equal", xlim=(-190, 190), ylim=(-130, 170), xlabel="east, m", ylabel="north, m")
    chart.legend(loc="upper left", fontsize=9, frameon=False)

    begun = min(boat.time_s[0] for boat in truth)
    ends = {w.episode: w.t_ns / 1e9 for w in warnings if w.action in ("all_clear", "withdraw")}
    until = max(boat.time_s[-1] for boat in truth)
    for w in warnings:
        if w.action == "raise":
            line.axvspan(w.t_ns / 1e9 - begun, ends.get(w.episode, until) - begun, color="tab:red", alpha=0.35, lw=0)
    for boat in truth:
        inside = np.hypot(*to_enu(boat.lat_deg, boat.lon_deg, 0.0, centre)[:2]) <= zone.circle.radius_m
        if inside.any():
            line.axvline(boat.time_s[inside][0] - begun, color="black", ls="--", lw=1)
    line.set(xlim=(0, until - begun), yticks=[], xlabel="seconds. Red: the zone is under warning. Dashed: a boat comes in.")
    figure.savefig(ROOT / "docs" / "harbour.png", dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    main()
