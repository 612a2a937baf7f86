"""What is wrong outside the program, told so that the reader knows what to do."""

from __future__ import annotations


class Problem(Exception):
    """Bad configuration or a world that does not play along: a file that is not there, a folder that cannot be written."""
