"""Verification of signed documents and of the authority behind them. Pure rules, no I/O."""
