"""The HTTP service.  The API process never imports torch."""
