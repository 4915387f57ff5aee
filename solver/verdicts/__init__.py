"""One point: its evaluation, certificate, reasons, consequences and equivalence."""
