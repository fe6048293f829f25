"""Tickets in the store."""
