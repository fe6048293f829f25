"""An answer by mail: drafted, looked at, sent, kept as the result, and the words used again."""
