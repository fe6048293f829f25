"""Tables that come in and go out, in the chat."""
