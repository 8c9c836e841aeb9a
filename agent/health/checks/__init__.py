"""One health check a file; each checks one thing and knows nothing of the others."""
