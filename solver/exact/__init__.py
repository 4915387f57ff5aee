"""Exact numbers: exponents as rationals, affine forms in unknowns, convex sets, decisions by z3."""

from solver.exact.affine import AffineForm as AffineForm
from solver.exact.affine import constant as constant
from solver.exact.affine import unknown as unknown
from solver.exact.arithmetic import Constraint as Constraint
from solver.exact.arithmetic import Deadline as Deadline
from solver.exact.exponents import DEFAULT_LIMITS as DEFAULT_LIMITS
from solver.exact.exponents import Limits as Limits
from solver.exact.exponents import Written as Written
from solver.exact.exponents import format_exponent as format_exponent
from solver.exact.exponents import is_infinite as is_infinite
from solver.exact.exponents import parse_exponent as parse_exponent
from solver.exact.exponents import shown as shown
from solver.exact.expressions import parse_expression as parse_expression
from solver.exact.infinite import INFINITE as INFINITE
from solver.exact.polyhedra import Polyhedra as Polyhedra
from solver.exact.polyhedra import Polyhedron as Polyhedron
