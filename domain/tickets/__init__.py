"""Tickets: records, texts, references, suggestions."""
