"""What the box reports to the centre: hello, health, and their signature."""
