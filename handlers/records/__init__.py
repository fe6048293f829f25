"""Records named in a text: what a number means, and changing a saved record in one message."""
