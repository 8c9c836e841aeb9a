"""Shipped simulators with real behaviour: time, ramps, faults."""
