"""Firmware profiles: device models as data. A new model of a known family needs no code."""
