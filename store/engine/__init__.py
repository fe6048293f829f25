"""The two database engines behind one interface."""
