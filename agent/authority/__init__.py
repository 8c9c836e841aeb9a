"""The authority's files on this box: fetched, restored, updated, and what a change does."""
