"""Tracks and wind in; for each zone the chance that an object gets in or comes down in it, and when, out."""

from __future__ import annotations

from forewarn.project.entry import Picture, project

__all__ = ["Picture", "project"]
