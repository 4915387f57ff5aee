"""Parametrizations with unknowns: cells of one verdict, optima, named members, words."""
