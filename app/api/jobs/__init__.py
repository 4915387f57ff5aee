"""What resources that are durable jobs share: the API key, the idempotency key, events."""
