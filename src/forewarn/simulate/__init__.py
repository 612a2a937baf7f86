"""Worlds made up from a scenario and a seed: bytes as feeds would have brought them, and apart from them the truth."""
