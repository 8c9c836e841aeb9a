"""May we obey this? Pure verification, no I/O."""
