"""Texts for officers, Vietnamese and English, by stable code."""
