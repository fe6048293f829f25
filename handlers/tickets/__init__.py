"""Tickets in the chat."""
