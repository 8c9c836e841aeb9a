"""What the box reports: its hello, its health, and the signature on it."""
