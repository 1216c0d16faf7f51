"""Benchmarks: generated deliveries, timed runs of the product, and the peers it is measured against."""
