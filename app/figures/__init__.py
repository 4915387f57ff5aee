"""Figures by matplotlib: of checks, of regions, of programs, and what they share."""
