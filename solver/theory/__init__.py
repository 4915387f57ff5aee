"""What the papers say: conditions, networks and their gauge, the gallery, predicted exponents."""
