"""Customers: records, telephones, names, merging."""
