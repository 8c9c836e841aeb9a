"""The edge agent: plays what entitled officials signed, and proves what was heard and seen."""

# A constant, not a question to the installed package: its reader costs a box 0.7 MiB.
__version__ = "0.1.0"
