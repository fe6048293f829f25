"""Whether the serving desk is well: what it knows of itself, and who is told."""
