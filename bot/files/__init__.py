"""Files: how they come in, and the links by which they go out."""
