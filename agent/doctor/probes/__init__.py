"""One probe a file; each looks at one thing, changes nothing, and knows nothing of the others."""
