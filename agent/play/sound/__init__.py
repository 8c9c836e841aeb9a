"""Sound outputs, and the engine process that mixes."""
