"""What is owed, in the store."""
