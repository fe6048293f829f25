"""Numbers in the chat, with their pictures."""
