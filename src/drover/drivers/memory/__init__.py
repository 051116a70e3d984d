"""Phones without a wire, with set delays and faults, for benchmarks and for tests of what stands above drivers."""
