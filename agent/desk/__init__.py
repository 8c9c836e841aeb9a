"""The box behind the page: its status put together, its deeds done. A room of `app`."""
