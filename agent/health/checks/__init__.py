"""One health check a file; each looks at one thing and knows nothing of the others."""
