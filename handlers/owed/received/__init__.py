"""What is owed was received: on an earlier day, or by mail."""
