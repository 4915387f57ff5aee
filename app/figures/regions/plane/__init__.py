"""Families with two unknowns: phase diagrams."""
