"""Numbered SQL files, one folder an engine."""
