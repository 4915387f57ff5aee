"""A parametrization as it is posted and as it is answered."""
