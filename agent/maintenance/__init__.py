"""The card: what is freed, and when."""
