"""Shipped simulators that behave: time, ramps, faults."""
