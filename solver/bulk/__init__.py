"""Many points at once, vectorised and exact."""
