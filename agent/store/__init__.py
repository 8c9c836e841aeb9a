"""The box's state: SQLite, accepted documents, replay floors, content-addressed media."""
