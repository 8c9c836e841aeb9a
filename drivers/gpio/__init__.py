"""Lines of a GPIO chip: relay boards that sit on the pins, and contacts."""
