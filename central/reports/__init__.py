"""What was played, counted."""
