"""POST /v1/repairs."""
