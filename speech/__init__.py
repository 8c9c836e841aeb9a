"""Text → the words that a voice reads, in three dialects of Vietnamese. Pure, shared by all."""
