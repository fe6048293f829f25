"""The desk in a browser: the link that logs in, sessions, and the words of its pages."""
