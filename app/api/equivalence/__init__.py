"""POST /v1/equivalence."""
