"""The shared store: plain SQL over SQLite or PostgreSQL; rows in, domain objects out."""
