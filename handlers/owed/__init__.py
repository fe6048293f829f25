"""What is owed in the chat: requests, contracts, research results, their reminders."""
