"""Exact numbers: exponents as rationals, affine forms in unknowns, convex sets, decisions by z3."""
