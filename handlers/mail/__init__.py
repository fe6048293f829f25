"""Mails in the chat: written, sent, returned."""
