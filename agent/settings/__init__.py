"""station.yaml as frozen settings; every fault with its file:line:column."""
