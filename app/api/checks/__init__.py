"""/v1/checks: coordinate checks, their events and plots."""
