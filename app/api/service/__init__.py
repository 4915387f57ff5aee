"""The service about itself: health, metrics, problem types."""
