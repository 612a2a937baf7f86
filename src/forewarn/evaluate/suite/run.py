"""Running a suite: every scenario with every seed, on all cores, going on where it was left."""

from __future__ import annotations

import gc
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import msgspec

from forewarn.edge.build import build
from forewarn.edge.problem import Problem
from forewarn.evaluate.suite import kept
from forewarn.evaluate.suite.play import play
from forewarn.evaluate.suite.result import Run, Summary
from forewarn.evaluate.suite.summary import About, summary
from forewarn.simulate import scenario as scenarios

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
RARELY = 1_000_000  # objects made and still there after which cycles are looked for
LONG_S = 3600.0
"""Scenarios of a folder that last longer are left out."""
MOST_ERROR = 2000  # characters of a failing run's error that are kept


class Job(NamedTuple):
    """One run to be made."""

    scenario: Path
    seed: int
    out: Path
    key: str


def run(
    paths: Sequence[Path],
    seeds: Iterable[int],
    out: Path,
    jobs: int | None = None,
    say: Callable[[str], None] = lambda text: None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Summary:
    """Every scenario of the files and folders with every seed: what is missing in ``out`` is run, then all of it is summed up. Of a
    folder, scenarios of more than an hour are left out.

    ``jobs``: processes, as many as there are cores if not given. A run that fails is a result that says so. ``progress`` is told how many
    are done, of how many. An interrupt leaves all finished runs behind. Raises ``Problem`` where there is no scenario.
    """
    begun = time.perf_counter()
    wanted = list(todo(paths, seeds, out, say))
    missing = [job for job in wanted if not kept.finished(out, job.scenario.stem, job.seed, job.key)]
    if len(missing) < len(wanted):
        say(f"{len(wanted) - len(missing)} of {len(wanted)} runs are there already")
    with closing(_made(missing, jobs or os.cpu_count() or 1, say)) as steps:
        for done in steps:
            progress(len(wanted) - len(missing) + done, len(wanted))
    found = [one for job in wanted if (one := kept.read(kept.path(out, job.scenario.stem, job.seed))) and one.key == job.key]
    whole = summary(found, {job.scenario.stem: _about(job.scenario) for job in wanted}, time.perf_counter() - begun)
    kept.write(out / "summary.json", whole)
    return whole


def todo(paths: Sequence[Path], seeds: Iterable[int], out: Path, say: Callable[[str], None]) -> Iterator[Job]:
    """The runs that are asked for, by scenario and seed. Raises ``Problem`` for a path that is not there, or two scenarios of one name."""
    files = [file for path in paths for file in (_of_folder(path, say) if path.is_dir() else [path])]
    numbers = sorted(set(seeds))
    if not files or not numbers:
        raise Problem(f"{', '.join(map(str, paths))}: no scenario there, or no seed given")
    names = [file.stem for file in files]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Problem(f"{twice[0]}: two scenarios have this name; results are kept by it")
    for file in files:
        texts = _texts(file)
        yield from (Job(file, seed, out, kept.key(texts, seed)) for seed in numbers)


def _of_folder(folder: Path, say: Callable[[str], None]) -> Iterator[Path]:
    """The scenarios of a folder but those that last too long to be played with many seeds; these are played if named."""
    for file in sorted(folder.glob("*.toml")):
        told = _parsed(file)
        if told is not None and told.lasts_s > LONG_S:
            say(f"{file.stem} lasts {told.lasts_s / 3600:.0f} h and is left out; name the file to play it")
        else:
            yield file


def _texts(file: Path) -> tuple[str, ...]:
    """The scenario's text, and its site file's where that can be told."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{file}: cannot be read: {error}") from None
    told = _parsed(file)
    return (text, told.site_toml) if told else (text,)  # the run will say what is wrong with it


def _about(file: Path) -> About:
    told = _parsed(file)
    return (told.title, told.happens, told.follows) if told else (file.stem, "", "")


def _parsed(file: Path) -> scenarios.Scenario | None:
    """The scenario of a file; None where that is none."""
    try:
        return scenarios.parse(file.read_text(encoding="utf-8"), file.parent)
    except (scenarios.BadScenario, OSError, UnicodeDecodeError):
        return None


# ---------------------------------------------------------------------------------------------------------- processes


def _made(missing: Sequence[Job], jobs: int, say: Callable[[str], None]) -> Generator[int, None, None]:
    """Make the runs; tells how many are done after each. One job at a time runs here, more in processes of their own."""
    with closing((make(job) for job in missing) if jobs == 1 else _apart(missing, jobs)) as runs:
        for done, made in enumerate(runs, 1):
            if made.error:
                say(f"{made.scenario}, seed {made.seed}: {made.error}")
            yield done


def _apart(missing: Sequence[Job], jobs: int) -> Generator[Run, None, None]:
    """Runs made in processes. Where a process dies, those that were on their way are suspects: each is tried once more, alone."""
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))  # before numpy starts in the processes, which take this over
    waiting, suspects = deque(missing), list[Job]()
    while waiting:
        suspects += yield from _pooled(waiting, jobs)
    for suspect in suspects:
        for job in (yield from _pooled(deque([suspect]), 1)):
            yield _failed(job, "the process ended before the run did, twice, the second time alone: out of memory?")


def _pooled(waiting: deque[Job], jobs: int) -> Generator[Run, None, list[Job]]:
    """Makes runs from the front of ``waiting`` until none is left or a process dies; gives those that were on their way then.

    The pool is never given more than it has processes for, so that what waits is known not to have begun. An interrupt lets the runs
    that are on their way end.
    """
    going: dict[Future[Run], Job] = {}
    dead, broken = list[Job](), False
    with ProcessPoolExecutor(min(jobs, len(waiting)), get_context("spawn"), _quiet) as pool:
        while going or (waiting and not broken):
            try:
                while waiting and not broken and len(going) < jobs:
                    going[pool.submit(make, waiting[0])] = waiting[0]
                    waiting.popleft()
            except BrokenProcessPool:
                broken = True
            for future in wait(going, return_when=FIRST_COMPLETED).done:
                job = going.pop(future)
                if isinstance(future.exception(), BrokenProcessPool):
                    dead, broken = [*dead, job], True
                else:
                    yield future.result()
    return dead


def _quiet() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def make(job: Job) -> Run:
    """One run, made and kept."""
    before = gc.get_threshold()
    gc.set_threshold(RARELY)  # a run makes hardly any cycles, and looking for them took a seventh of its time
    try:
        made = play(job.scenario, job.seed)
    except Exception as error:  # noqa: BLE001 - whatever went wrong in one run is that run's result
        return _failed(job, f"{type(error).__name__}: {error}")
    finally:
        gc.set_threshold(*before)
    made = msgspec.structs.replace(made, key=job.key, build=build())
    kept.write(kept.path(job.out, job.scenario.stem, job.seed), made)
    return made


def _failed(job: Job, error: str) -> Run:
    made = Run(scenario=job.scenario.stem, seed=job.seed, key=job.key, build=build(), error=error[:MOST_ERROR])
    kept.write(kept.path(job.out, job.scenario.stem, job.seed), made)
    return made
