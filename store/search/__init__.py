"""Search over customers and tickets."""
