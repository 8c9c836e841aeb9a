"""Contacts that a board reads for us."""
