"""Machine code kept between runs: the same results as numba's own, no numba at a warm start, and nothing loaded that is not ours."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from forewarn import compiled
from forewarn.track import pmbm
from forewarn.track.pmbm import packed

ENV = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
SMALL = """
from forewarn.track.pmbm.arrays import FLOATS, all_there, floats1, new_tuple, put, sound

def doubled(known, args):
    if not sound(known, args, (1,)):
        return new_tuple(0)
    out = new_tuple(1)
    put(known, out, 0, FLOATS, 2.0 * floats1(args, 0))
    return all_there(out, 1)

def failing(known, args):
    return args // (args - args)
"""
TRY = """
import sys, numpy as np
from forewarn import compiled
double, failing = compiled.entries("small", "doubled", "failing")
print(*double((np.arange(3.0),)), "numba" in sys.modules)
"""
COUNT = """
import sys, numpy as np
from forewarn import compiled
double, _ = compiled.entries("small", "doubled", "failing")
given, kind = (np.arange(3.0),), np.dtype(float)
before = sys.getrefcount(kind)
for _ in range(100):
    (row,) = double(given)
print(sys.getrefcount(row), sys.getrefcount(kind) - before - 1)  # in a name and as an argument; its type, and no one else's
"""
FAIL = """
from forewarn import compiled
_, failing = compiled.entries("small", "doubled", "failing")
try:
    failing(())
except SystemError:
    print("it failed")
"""
ENGINE = """
import sys, numpy as np
from forewarn import track
time = np.repeat(np.arange(5.0), 2)
track.follow(time, np.stack([time, np.tile([0.0, 80.0], 5)]), sigma_m=1.0)
print("numba" in sys.modules)
"""


def started(code: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=folder, env=ENV | {"HOME": str(folder)})


def run(code: str, folder: Path) -> str:
    process = started(code, folder)
    said = process.communicate()[0].strip()
    assert process.returncode == 0
    return said


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A module of one entry, whose machine code is kept."""
    path = tmp_path_factory.mktemp("small")
    (path / "small.py").write_text(SMALL, encoding="utf-8")
    assert run(TRY, path) == "[0. 2. 4.] True"
    return path


@pytest.fixture
def file(folder: Path) -> Iterator[Path]:
    """The file of its machine code; put back afterwards."""
    path = folder / "__pycache__" / "machine" / "small.o"
    before = path.read_bytes()
    yield path
    path.unlink(missing_ok=True)
    path.write_bytes(before)
    path.chmod(0o600)
    path.parent.chmod(0o700)
    shutil.rmtree(folder / ".cache", ignore_errors=True)


def test_a_warm_start_needs_no_compiler(folder: Path) -> None:
    assert run(TRY, folder) == "[0. 2. 4.] False"


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["cut", "one bit", "other key"])
def test_what_is_not_whole_is_made_anew(folder: Path, file: Path, damage: str) -> None:
    whole = file.read_bytes()
    flipped = whole[:2000] + bytes([whole[2000] ^ 1]) + whole[2001:]
    other = compiled.hashlib.sha256(b"another" + whole[32:]).digest() + whole[32:]
    file.write_bytes({"cut": whole[:-1], "one bit": flipped, "other key": other}[damage])
    assert run(TRY, folder) == "[0. 2. 4.] True"
    assert run(TRY, folder) == "[0. 2. 4.] False"


@pytest.mark.slow
def test_a_changed_source_is_compiled(folder: Path, file: Path) -> None:
    source = folder / "small.py"
    source.write_text(SMALL.replace("2.0", "3.0"), encoding="utf-8")
    assert run(TRY, folder) == "[0. 3. 6.] True"
    source.write_text(SMALL, encoding="utf-8")
    assert run(TRY, folder) == "[0. 2. 4.] True"


@pytest.mark.slow
@pytest.mark.parametrize("open_to_others", ["file", "folder"])
def test_what_others_could_write_is_not_loaded(folder: Path, file: Path, open_to_others: str) -> None:
    (file if open_to_others == "file" else file.parent).chmod(0o722)
    assert run(TRY, folder) == "[0. 2. 4.] True"


@pytest.mark.slow
def test_a_link_is_not_followed(folder: Path, file: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "small.o"
    elsewhere.write_bytes(file.read_bytes())
    file.unlink()
    file.symlink_to(elsewhere)
    assert run(TRY, folder) == "[0. 2. 4.] True"


@pytest.mark.slow
def test_where_it_cannot_be_kept_beside_the_source_it_is_kept_with_the_users(folder: Path, file: Path) -> None:
    file.unlink()
    file.parent.rmdir()
    file.parent.write_bytes(b"")  # a file where the folder would be
    try:
        assert [run(TRY, folder) for _ in range(2)] == ["[0. 2. 4.] True", "[0. 2. 4.] False"]
        (folder / ".cache" / "forewarn").chmod(0o777)
        assert run(TRY, folder) == "[0. 2. 4.] True"  # nowhere now, and it works all the same
    finally:
        file.parent.unlink()
        file.parent.mkdir(mode=0o700)


@pytest.mark.slow
def test_two_processes_at_once(folder: Path, file: Path) -> None:
    file.unlink()
    both = [started(TRY, folder) for _ in range(2)]
    assert [process.communicate()[0].strip() for process in both] == ["[0. 2. 4.] True"] * 2
    assert [path.name for path in file.parent.iterdir()] == ["small.o"]
    assert run(TRY, folder) == "[0. 2. 4.] False"


def test_results_are_counted_as_any_others(folder: Path) -> None:
    assert run(COUNT, folder) == "2 0"


def test_an_exception_inside_is_one_outside(folder: Path) -> None:
    assert run(FAIL, folder) == "it failed"


def test_the_tracker_starts_without_the_compiler(tmp_path: Path) -> None:
    run(ENGINE, tmp_path)  # what is not compiled yet is now
    assert run(ENGINE, tmp_path) == "False"


def test_arrays_are_held_against_what_they_are_to_be() -> None:
    row, table, count = np.zeros(1), np.ones((1, 1)), np.zeros(1, np.int64)
    four = (row, np.zeros((1, 4, 1)), np.zeros((1, 4, 4, 1)), table)
    packed.called("predict", *four, *four, *four, row, table, bytes(16))
    for like in (np.zeros(1, np.float32), np.zeros(1, ">f8")):  # converted
        packed.called("predict", *four, *four, *four, like, table, bytes(16))
    for wrong in (count, table):
        with pytest.raises(TypeError, match="predict"):
            packed.called("predict", *four, *four, *four, wrong, table, bytes(16))


def test_arrays_out_of_order_are_put_in_order() -> None:
    rng = np.random.Generator(np.random.PCG64(0))
    mean, cov, chance = rng.normal(size=(2, 4, 5)), rng.normal(size=(2, 4, 4, 5)), rng.uniform(size=(2, 5))
    rest = (np.array([0.1, 0.2]), np.array([[0.9, 0.1], [0.1, 0.9]]))
    numbers = np.array([1.0, 0.9]).tobytes()
    plain, turned = ((np.ones(5), f(mean), f(cov), f(chance)) for f in (np.ascontiguousarray, np.asfortranarray))
    given = packed.called("predict", *turned * 3, *rest, numbers)
    for one, other in zip(given, packed.called("predict", *plain * 3, *rest, numbers), strict=True):
        assert np.array_equal(one, other)
        assert (one.flags.c_contiguous, one.flags.owndata, one.dtype) == (True, True, np.dtype(float))


def test_states_settings_and_scans_may_come_out_of_a_pickle() -> None:
    wide = pmbm.Gaussians(np.array([4.0]), np.zeros((1, 4, 1)), np.diag([40.0, 40.0, 2.0, 2.0])[None, :, :, None] ** 2, np.ones((1, 1)))
    settings = pmbm.Settings(models=(pmbm.Velocity(0.1),), undetected=wide, births=wide._replace(weight=np.array([0.1])))
    look = pmbm.Scan(plots=np.ones((2, 3)), measure=pmbm.Position(np.eye(2, dtype=int)), detection=0.9, clutter=4 / 120**2)
    state = pmbm.step(settings, pmbm.start(settings), 0.0, look)
    again = pmbm.step(*(pickle.loads(pickle.dumps(part)) for part in (settings, state, 1.0, look)))
    for one, other in zip(pmbm.estimate(settings, again), pmbm.estimate(settings, pmbm.step(settings, state, 1.0, look)), strict=True):
        assert np.array_equal(one, other)
    with pytest.raises(ValueError, match="clutter"):
        pmbm.step(settings, state, 1.0, msgspec.structs.replace(look, clutter=np.zeros(2)))


@pytest.mark.slow
def test_the_engine_is_the_same_to_the_bit_with_numbas_own_code(monkeypatch: pytest.MonkeyPatch) -> None:
    from forewarn.freeze import freeze
    from forewarn.track.pmbm import entries

    wide = pmbm.Gaussians(np.array([4.0]), np.zeros((1, 4, 1)), np.diag([40.0, 40.0, 2.0, 2.0])[None, :, :, None] ** 2, np.ones((1, 1)))
    settings = pmbm.Settings(models=(pmbm.Velocity(0.1),), undetected=wide, births=wide._replace(weight=np.array([0.1])), doubt=2.0)
    rng = np.random.Generator(np.random.PCG64(3))
    place, rate = rng.uniform(-20, 20, (2, 6)), rng.normal(0, 2, (2, 6))
    scans = [np.concatenate([place + k * rate + rng.normal(size=(2, 6)), rng.uniform(-60, 60, (2, 4))], axis=1) for k in range(25)]

    def bytes_of() -> list[bytes]:
        out, state = [], pmbm.start(settings)
        for k, plots in enumerate(scans):
            look = pmbm.Scan(plots=plots, measure=pmbm.Position(np.eye(2)), detection=0.9, clutter=4 / 120**2, expected_false=4.0)
            state = pmbm.step(settings, state, float(k), look)
            out += [freeze(state), *(a.tobytes() for a in pmbm.estimate(settings, state))]
        return out

    kept = bytes_of()
    own = tuple(compiled._callable(compiled._compiled(getattr(entries, name)).address) for name in packed.ENTRIES)
    monkeypatch.setattr(compiled, "entries", lambda *_: own)
    assert bytes_of() == kept
