"""Benchmarks: `make bench` runs all, `python -m bench NAME…` some; each compares with a baseline in
the same run.
"""
