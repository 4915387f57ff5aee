"""The named parametrizations of the literature and of code in use, each with its source.

Exponents are given by role, or tensor by tensor.  Some entries are families in one parameter (``s``
or ``c``), in which their exponents are affine.
"""

from solver.theory.gallery.entry import BodyBias as BodyBias
from solver.theory.gallery.entry import GalleryEntry as GalleryEntry
from solver.theory.gallery.entry import GalleryNetwork as GalleryNetwork
from solver.theory.gallery.entry import Parameter as Parameter
from solver.theory.gallery.entry import RoleEntry as RoleEntry
from solver.theory.gallery.names import GALLERY as GALLERY
from solver.theory.gallery.names import NETWORKS as NETWORKS
from solver.theory.gallery.names import SPELLINGS as SPELLINGS
from solver.theory.gallery.names import distinct_entries as distinct_entries
from solver.theory.gallery.names import gallery_entry as gallery_entry
from solver.theory.gallery.names import gallery_network as gallery_network
from solver.theory.gallery.names import named as named
