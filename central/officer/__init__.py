"""An officer's own computer: who signs on it, whom it trusts, and practice without consequences."""
