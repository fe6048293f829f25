"""Reaching the staff: the routes of a notice, and the groups that hear in a person's place."""
