"""Personal reminders in the chat."""
