"""Customers in the store."""
