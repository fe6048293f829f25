"""What is owed: requests, contracts, reminders."""
