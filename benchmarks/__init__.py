"""Benchmarks: ``python -m benchmarks.NAME`` prints a Markdown table, with ratios against a baseline of the same run.

The environment that :mod:`bot.quiet` sets must be there before Rasa or TensorFlow are imported.
"""
from bot import quiet as _quiet

_quiet.configure_logging()
