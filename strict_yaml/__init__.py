"""The strict YAML reader of agent, central and drivers: marked nodes, all faults at once."""
