"""What callers post to have two parametrizations compared."""

from app.api.http.json_object import JsonObject
from app.api.parametrization.request import ParametrizationIn


class EquivalenceIn(JsonObject):
    """Two parametrizations to compare."""

    first: ParametrizationIn
    second: ParametrizationIn
