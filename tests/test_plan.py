"""`forewarn plan` as a whole: what it writes, what it says, what it refuses. With its picture and its GeoTIFF."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.csv as csv
import pyarrow.parquet as parquet
import pytest
import rasterio

from forewarn import geo
from forewarn.plan import BadPlan, Options, main, make
from tests.plan_help import TOML, yard
from tests.test_plan_heights import model

pytestmark = pytest.mark.slow
QUICK = {"directions": 8, "runs": 2, "cell_m": 50.0, "across_m": 2000.0, "workers": 1}


def run(folder: Path, **options: object) -> list[str]:
    said: list[str] = []
    (folder / "site.toml").write_text(TOML, encoding="utf-8")
    main(folder / "site.toml", Options(out=folder / "out", **{**QUICK, **options}), said.append)  # type: ignore[arg-type]
    return said


def test_it_writes_a_picture_a_raster_and_a_table_and_says_who_may_see_them(tmp_path: Path) -> None:
    said = run(tmp_path)
    assert said[0] == "For operators only: shows where the watch is blind."
    assert any("flat" in line for line in said)
    assert any("left out: ground" in line for line in said)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "warning-time.csv", "warning-time.parquet", "warning-time.png", "warning-time.tif",
    ]  # fmt: skip
    assert (tmp_path / "out" / "warning-time.png").stat().st_size > 20_000
    table = parquet.read_table(tmp_path / "out" / "warning-time.parquet")
    assert table.equals(csv.read_csv(tmp_path / "out" / "warning-time.csv").cast(table.schema)) or table.num_rows == 18
    assert set(table["zone"].to_pylist()) == {"round", "square"}


def test_the_raster_lies_where_the_map_does(tmp_path: Path) -> None:
    run(tmp_path)
    plan = make(yard(), Options(**QUICK))  # type: ignore[arg-type]
    with rasterio.open(tmp_path / "out" / "warning-time.tif") as raster:
        assert raster.descriptions == ("round", "square", "ground")
        assert "operators only" in raster.tags()["RESTRICTION"]
        np.testing.assert_array_equal(raster.read(), plan.found.seconds.astype(np.float32))
        x, y = raster.xy(10, 12)
        lon, lat = (v[0] for v in rasterio.warp.transform(raster.crs, "EPSG:4326", [x], [y]))
    east, north, _ = geo.to_enu(lat, lon, 0.0, (52.0, 5.0, 0.0)).tolist()
    assert (east, north) == pytest.approx((plan.found.grid.east[12], plan.found.grid.north[10]), abs=0.05)


def test_the_same_site_gives_the_same_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
        run(folder)
    for name in ("warning-time.png", "warning-time.tif", "warning-time.csv"):
        assert (folders[0] / "out" / name).read_bytes() == (folders[1] / "out" / name).read_bytes()


def test_a_hill_takes_time_away_behind_it_and_one_more_sensor_gives_some_back(tmp_path: Path) -> None:
    said = run(tmp_path, height_model=model(tmp_path), height_m=30.0, add="radar@52.0,5.012", skylines=tmp_path / "sky.toml")
    assert any("ground.tif" in line for line in said)
    assert (tmp_path / "sky.toml").read_text().count("skyline = [") == 3
    assert any(line.startswith("round: worst direction") for line in said)
    with rasterio.open(tmp_path / "out" / "gain.tif") as raster:
        assert np.nanmax(raster.read(1)) > 1.0
    flat, hilly = (make(yard(), Options(height_m=30.0, height_model=m, **QUICK)).found for m in (None, model(tmp_path)))  # type: ignore[arg-type]
    behind = np.nanmean((hilly.seconds - flat.seconds)[0, 18:24, 32:])
    before = np.nanmean((hilly.seconds - flat.seconds)[0, 18:24, :8])
    assert behind < before - 1.0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"speed_mps": 0.0}, "--speed 0"),
        ({"size_m2": -1.0}, "--size -1"),
        ({"cell_m": 0.0}, "--cell 0"),
        ({"add": "nobody@1,1"}, "--add"),
        ({"skylines": Path("x.toml")}, "--ground"),
        ({"cell_m": 0.5, "across_m": 20_000.0}, "larger cell"),
    ],
)
def test_what_cannot_be_is_told(tmp_path: Path, options: dict[str, object], told: str) -> None:
    with pytest.raises(BadPlan, match=told):
        run(tmp_path, **options)
