"""Measurements: each module is a command (`python -m bench.real_data`) that writes its record into docs/."""
