"""What the chat keeps: events, messages, buttons, drafts."""
