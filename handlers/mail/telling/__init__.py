"""New mails are told: to whom, when, and again."""
