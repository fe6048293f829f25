"""Privacy: who read what, all that is held about somebody, and erasing it."""
