"""The one line of a ticket: what it says, and what must be asked."""
