"""Moving pictures that come from outside: capture cards."""
