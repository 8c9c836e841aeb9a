"""YAML to frozen settings; every fault at file:line:column."""
