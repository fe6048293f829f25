"""Pure rules and words of the desk: no await, no clock, no I/O but its own data files."""
