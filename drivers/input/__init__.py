"""Input contacts: GPIO lines, and inputs of boards on a bus."""
