"""What is owed is asked for: the letter, the follow-up by other means, and what either makes."""
