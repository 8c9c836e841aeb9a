"""Issues as the centre shows them, its own among them."""
