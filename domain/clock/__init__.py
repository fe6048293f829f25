"""The clock of a ticket: due times, pauses, and the sum behind them."""
