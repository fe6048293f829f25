"""The desk in a browser: its pages, who may see them, and what is posted from them."""
