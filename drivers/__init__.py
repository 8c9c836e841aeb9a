"""Hardware drivers: one small file a device family; this package imports nothing of the agent."""
