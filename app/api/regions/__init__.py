"""POST /v1/regions, and its figure."""
