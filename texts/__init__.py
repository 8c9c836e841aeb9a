"""Texts for people: catalogues from a stable code to Vietnamese and English."""
