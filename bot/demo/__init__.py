"""The demo desk: invented people and a year of their work."""
