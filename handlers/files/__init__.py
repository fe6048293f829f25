"""Files in the chat: attached, shown, taken back."""
