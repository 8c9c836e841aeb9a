"""Shared buses: serial ports and TCP endpoints that several devices use, one frame at a time."""
