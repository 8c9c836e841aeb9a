"""Proves after the fact that what was played was heard, and says where it was not."""
