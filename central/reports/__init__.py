"""What the centre knows, as tables of data and as text; what was played, counted."""
