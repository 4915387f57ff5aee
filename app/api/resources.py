"""Every resource of the API, in the order in which routes are tried: the busiest first."""

from typing import Final

from app.api.checks import RESOURCE as CHECKS
from app.api.classify import RESOURCE as CLASSIFY
from app.api.demonstrations import RESOURCE as DEMONSTRATIONS
from app.api.equivalence import RESOURCE as EQUIVALENCE
from app.api.gallery import RESOURCE as GALLERY
from app.api.http.resource import Resource
from app.api.limits import RESOURCE as LIMITS
from app.api.predictions import RESOURCE as PREDICTIONS
from app.api.programs import RESOURCE as PROGRAMS
from app.api.regions import RESOURCE as REGIONS
from app.api.repairs import RESOURCE as REPAIRS
from app.api.service import RESOURCE as SERVICE

RESOURCES: Final[tuple[Resource, ...]] = (
    CLASSIFY,
    GALLERY,
    EQUIVALENCE,
    PREDICTIONS,
    REGIONS,
    REPAIRS,
    CHECKS,
    LIMITS,
    DEMONSTRATIONS,
    PROGRAMS,
    SERVICE,
)
