"""The command line. Each command prints for people, or with ``--json`` one JSON value for programs.

Exit codes: 0 done and well; 1 the answer is no (a site file with faults, a record that does not verify, a replay that differs);
2 the command was used wrongly or something outside is amiss (a file that is not there).
"""

from __future__ import annotations

from forewarn.cli import judging, reading, running
from forewarn.cli.base import app, main

__all__ = ["app", "judging", "main", "reading", "running"]
