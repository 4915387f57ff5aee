"""Where labels stand: at what they name, and never on one another."""
