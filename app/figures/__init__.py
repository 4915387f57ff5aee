"""Figures by matplotlib: of checks, of regions, and what they share."""
