"""Publicity in the store."""
