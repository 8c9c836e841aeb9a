"""Maintenance of the card: what is deleted, and when."""
