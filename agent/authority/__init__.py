"""The authority's files on this box: received, restored and updated, and what a change does."""
