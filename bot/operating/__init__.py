"""What an operator does beside the running desk: verbs of the command line."""
