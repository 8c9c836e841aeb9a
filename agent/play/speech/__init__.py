"""Reading aloud on the box: a text's words → espeak-ng, confined → samples."""
