"""Families with one unknown: a lane for each verdict above a number line."""
