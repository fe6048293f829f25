"""What is typed into a search, read."""
