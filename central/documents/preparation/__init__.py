"""Officers' sound before it is signed: checked, trimmed, levelled, joined with chimes."""
