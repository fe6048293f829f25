"""The time standard: due times, pauses, and the sum behind them."""
