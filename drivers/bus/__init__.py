"""Shared lines: who may talk on a serial port or to a TCP endpoint, and when."""
