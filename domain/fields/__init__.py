"""The table of fields: one row a field of a record, from which everything else is made."""
