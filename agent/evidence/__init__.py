"""Hash-chained journal and its sender."""
