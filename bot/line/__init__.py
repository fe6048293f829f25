"""LINE: events in, messages out."""
