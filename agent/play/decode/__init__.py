"""Signed media to samples, by a confined ffmpeg."""
