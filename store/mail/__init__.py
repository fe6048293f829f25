"""Mails in the store."""
