"""Who asked what an answer is about, and what is filled into it."""
