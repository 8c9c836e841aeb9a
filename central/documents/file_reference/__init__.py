"""The tables of docs/lich.md: every key of the files that officers write, from their models."""
