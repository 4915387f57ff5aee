"""From what somebody wrote down to a parametrization."""
