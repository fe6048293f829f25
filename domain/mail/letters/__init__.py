"""Letters: their templates, what an answer takes over from its question, words used again."""
