"""The office's Facebook page: its news in, posts out."""
