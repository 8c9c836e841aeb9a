"""Sound outputs."""
