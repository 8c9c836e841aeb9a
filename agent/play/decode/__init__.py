"""Decodes signed media to samples with a confined ffmpeg."""
