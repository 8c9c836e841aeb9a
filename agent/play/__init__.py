"""Plays the timeline on real zones; the engine and board processes."""
