"""What crosses the wire: pure data and the rules of its bytes, shared with the centre. No I/O."""
