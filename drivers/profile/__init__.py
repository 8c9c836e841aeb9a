"""Firmware profiles: a device model as data. A new model of a known family needs no code."""
