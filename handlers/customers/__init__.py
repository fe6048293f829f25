"""Customers in the chat."""
