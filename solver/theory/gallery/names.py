"""The gallery by name, and which names are two ways to write the same networks."""

from collections.abc import Hashable, Mapping
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import Final

from solver.errors import UnknownParametrizationError
from solver.theory.gallery.alignments import ALIGNED
from solver.theory.gallery.entry import GalleryEntry, GalleryNetwork
from solver.theory.gallery.frameworks import FRAMEWORKS
from solver.theory.gallery.optimizers import BY_OPTIMIZER
from solver.theory.gallery.packages import PACKAGES
from solver.theory.gallery.papers import PAPERS
from solver.theory.gallery.transformers import TRANSFORMERS

#: Every entry with exponents by role, by name; those of the papers first, as in their table.
GALLERY: Final[Mapping[str, GalleryEntry]] = MappingProxyType(
    {entry.name: entry for entry in (*PAPERS, *PACKAGES, *BY_OPTIMIZER, *ALIGNED, *FRAMEWORKS)}
)

#: Every network that is given by its tensors, by name.
NETWORKS: Final[Mapping[str, GalleryNetwork]] = MappingProxyType(
    {entry.name: entry for entry in TRANSFORMERS}
)


def _spellings() -> dict[str, str]:
    first: dict[Hashable, str] = {}
    found: dict[str, str] = {}
    for entry in GALLERY.values():
        if entry.parameter is None and entry.bias is None:
            leader = first.setdefault((entry.laws, entry.roles().canonical().roles), entry.name)
            if leader != entry.name:
                found[entry.name] = leader
    return found


#: Entries that are an earlier one in another gauge, at every depth, with the name of that one.
SPELLINGS: Final[Mapping[str, str]] = MappingProxyType(_spellings())


@cache
def distinct_entries(depth_one: bool) -> tuple[GalleryEntry, ...]:
    """The entries without biases, at L = 1 or at every L >= 2: each network once.

    It has the first of its names.  At L = 1 a parametrization that is defined there alone is named
    besides; and roles of different laws say nothing new without hidden layers.
    """
    seen: set[Hashable] = set()
    found: list[GalleryEntry] = []
    for entry in GALLERY.values():
        if entry.bias is not None or (entry.mixed if depth_one else entry.depth_one_only):
            continue
        if entry.parameter is None:
            roles = entry.roles().canonical().roles
            key = entry.laws, (roles[0], roles[-1]) if depth_one else roles
            if key in seen:
                continue
            if not entry.depth_one_only:
                seen.add(key)
        found.append(entry)
    return tuple(found)


def _plain(name: str) -> str:
    """As people write it: case, spaces, hyphens and underscores do not matter, and µ is mu."""
    plain = name.casefold().replace("\N{GREEK SMALL LETTER MU}", "mu")
    return "".join(character for character in plain if character not in " -_()/")


#: Other names in use.
_ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{_plain(name): name for name in (*GALLERY, *NETWORKS)},
        **dict.fromkeys(("mupsgd", "maximalupdate", "maximalupdateparametrization"), "mup"),
        **dict.fromkeys(("mupadamw", "muadamw"), "mup_adam"),
        **dict.fromkeys(("ntp", "ntksgd", "ntkparametrization", "neuraltangent"), "ntk"),
        **dict.fromkeys(
            ("sp", "pytorch", "torch", "default", "lecun", "standardparametrization"), "standard"
        ),
        **dict.fromkeys(("mf", "meanfieldparametrization"), "mean_field"),
        **dict.fromkeys(("spadam", "pytorchadam"), "standard_adam"),
    }
)
_LONGEST: Final = 64


def named(name: str) -> GalleryEntry | GalleryNetwork:
    """What has that name.  Raises ``UnknownParametrizationError``, which lists the names."""
    known = name if name in GALLERY or name in NETWORKS else None
    if known is None and len(name) <= _LONGEST:
        known = _ALIASES.get(_plain(name))
    if known is None:
        shown = name if len(name) <= 40 else f"{name[:40]}…"
        alike = get_close_matches(shown.lower(), (*GALLERY, *NETWORKS), n=1)
        hint = f'did you mean "{alike[0]}"? ' if alike else ""
        raise UnknownParametrizationError(
            f'"{shown}" is not in the gallery; {hint}its names are '
            f"{', '.join((*GALLERY, *NETWORKS))}"
        )
    return GALLERY[known] if known in GALLERY else NETWORKS[known]


def gallery_entry(name: str) -> GalleryEntry:
    """The entry by role that has this name.  Raises ``UnknownParametrizationError``."""
    found = named(name)
    if isinstance(found, GalleryNetwork):
        raise UnknownParametrizationError(
            f"{found.name} is a network by tensors; take gallery_network"
        )
    return found


def gallery_network(name: str) -> GalleryNetwork:
    """The network by tensors that has this name.  Raises ``UnknownParametrizationError``."""
    found = named(name)
    if isinstance(found, GalleryEntry):
        raise UnknownParametrizationError(f"{found.name} is given by role; take gallery_entry")
    return found
