"""Frame sinks for LED faces."""
