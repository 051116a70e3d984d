"""Measurements; `make bench` runs them and writes bench/results/ and docs/reference/benchmarks.md."""
