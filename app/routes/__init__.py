"""One router per resource; handlers validate, call the solver and return an answer."""
