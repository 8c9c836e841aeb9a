"""SQLite, accepted documents, floors, content-addressed media."""
