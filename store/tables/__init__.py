"""Tables: files read and written, and their way into the store."""
