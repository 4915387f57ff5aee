"""Infinite-width limits by simulation: networks of several widths, extrapolated.

Planning and extrapolating need numpy only; ``outputs`` needs torch.
"""
