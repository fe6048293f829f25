"""Publicity: posts, networks, their sums."""
