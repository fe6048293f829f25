"""Forms: the engine, its buttons, and the reading of typed values."""
