"""The networks that posts go to."""
