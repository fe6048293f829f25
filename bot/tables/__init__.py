"""Imports and exports from the command line and in the background."""
