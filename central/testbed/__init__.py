"""The demonstration and its parts: broker, media host, sound server, stations."""
