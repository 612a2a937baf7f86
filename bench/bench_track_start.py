"""How long the tracker alone takes from an interpreter that has just started to its first result, with numba's cache there.

Beside it stands what nobody who calls a numba kernel through numba gets below: importing NumPy and numba, and the same with the call of
one cached kernel of one line, for which numba installs its registries (and, for them, imports SciPy's linear algebra). The tracker's
own kernels are loaded without it (``forewarn.compiled``); importing NumPy alone is what is left.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import Figure, Value, measures

OURS = """
import numpy as np
from forewarn.track.pmbm import Gaussians, Position, Scan, Settings, Velocity, start, step
wide = Gaussians(np.ones(1), np.zeros((1, 4, 1)), 1e4 * np.eye(4)[None, :, :, None], np.ones((1, 1)))
settings = Settings(models=(Velocity(0.5),), undetected=wide, births=wide)
look = Scan(plots=np.zeros((2, 3)), measure=Position(np.eye(2)), detection=0.9, clutter=1e-4)
state = step(settings, step(settings, start(settings), 0.0, look), 1.0, look)
"""
NUMPY, IMPORT = "import numpy\n", "import numpy, numba\n"
KERNEL = IMPORT + "@numba.njit(cache=True)\ndef more(x):\n    return x + 1\n"
FLOOR = "import kernel\nkernel.more(1)\n"
TIMED = "import time\nbegun = time.perf_counter()\n{}print(time.perf_counter() - begun)\n"
RUNS = 7


@measures(Figure("track.warm_start_s", "s", at_most=0.5))
def warm_start() -> Iterator[Value]:
    """From a started interpreter to two scans taken, on the wall: the least of several, each turn about with its bounds."""
    took: dict[str, list[float]] = {OURS: [], FLOOR: [], IMPORT: [], NUMPY: []}
    with TemporaryDirectory() as folder:
        (Path(folder) / "kernel.py").write_text(KERNEL, encoding="utf-8")
        for code in (OURS, FLOOR):  # what is not compiled yet is now
            _seconds(code, folder)
        for _ in range(RUNS):
            for code, each in took.items():
                each.append(_seconds(code, folder))
    peer = {"numpy_import_s": min(took[NUMPY]), "numpy_numba_import_s": min(took[IMPORT]), "numba_one_kernel_s": min(took[FLOOR])}
    yield Value("track.warm_start_s", min(took[OURS]), peer=peer, runs=RUNS)


def _seconds(code: str, folder: str) -> float:
    return float(subprocess.run([sys.executable, "-c", TIMED.format(code)], check=True, capture_output=True, cwd=folder).stdout)
