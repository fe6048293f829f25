"""Tickets: records, texts, references."""
