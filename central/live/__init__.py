"""Live voice: capture, signed segments, grants and their renewal, the archive."""
