"""What the parts of a box share: each object is written by one part and read by all."""
