"""Flights: what every object of a scenario really does, ten times a second."""

from __future__ import annotations

from forewarn.simulate.flights.flight import STEP_S, Flight
from forewarn.simulate.flights.flying import fly
from forewarn.simulate.flights.recorded import BadRecording
from forewarn.simulate.flights.rockets import NoFlight

__all__ = ["STEP_S", "BadRecording", "Flight", "NoFlight", "fly"]
