"""The nearest parametrization with a wanted behaviour."""
