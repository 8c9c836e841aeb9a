"""One probe a file; each examines one thing, changes nothing and imports no other probe."""
