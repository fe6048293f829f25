"""Who does the work: hand-over, leave, the morning queue, what supervisors hear."""
