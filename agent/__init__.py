"""The edge agent: plays what entitled officials signed, and proves what was heard and seen."""
