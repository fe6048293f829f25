"""Charts as pictures, drawn in a thread and kept among the files."""
