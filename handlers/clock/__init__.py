"""The clock of a ticket in the chat: deadlines, pauses, holidays."""
