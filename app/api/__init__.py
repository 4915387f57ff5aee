"""The HTTP API: one folder per resource, with its route, what it takes and what it answers."""
