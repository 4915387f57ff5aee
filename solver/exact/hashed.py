"""Hashes that are computed once, for values that are looked up again and again."""


class HashedOnce:
    """Goes before a class with a hash of its own, of which each value keeps what it gave."""

    _hash: int

    def __hash__(self) -> int:
        """The hash, computed once."""
        try:
            return self._hash
        except AttributeError:
            self._hash = found = super().__hash__()
            return found
