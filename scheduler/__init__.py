"""The clock's side of the desk: APScheduler only ticks, what is due stands in the store."""
