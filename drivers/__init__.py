"""Hardware drivers: one small file a device family; knows nothing of the agent."""
