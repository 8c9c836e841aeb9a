"""The data on the wire and its encoding rules, shared by box and centre. No I/O."""
