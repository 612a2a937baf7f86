"""Many simulated worlds, many seeds: runs, figures with intervals, and the comparison of two builds.

``run.run`` makes what is missing and sums it up, ``main.main`` and ``main.compare_main`` are what the command line calls,
``play.play`` is one run, ``result`` the values that come out. ``docs/evaluate.md`` says what each figure means.
"""
