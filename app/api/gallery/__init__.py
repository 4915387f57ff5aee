"""GET /v1/parametrizations: the named parametrizations."""
