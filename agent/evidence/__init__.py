"""The hash-chained journal and its sender."""
