"""Questions about figures, as people ask them: what is understood of one, and what is not."""
