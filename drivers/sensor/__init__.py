"""Sensors and meters on a bus."""
