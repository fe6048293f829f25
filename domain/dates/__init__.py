"""Days, times of day, periods and the working calendar: read, written, counted."""
