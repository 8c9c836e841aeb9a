"""Drivers of control planes: they dim, blank, switch and watch a board, and carry no picture."""
