"""Chaos: `drover up` is killed with -9 again and again while runs go on, and what the phones saw is counted."""

from bench.chaos.measuring import run

__all__ = ["run"]
