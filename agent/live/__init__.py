"""Live voices: the streams that grants allow, the segments that come, and their sound."""
