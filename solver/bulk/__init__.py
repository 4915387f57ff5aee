"""Many points at once, vectorised and exact."""

from solver.bulk.batch import BatchVerdict as BatchVerdict
from solver.bulk.batch import classify_many as classify_many
from solver.bulk.batch import classify_vectors as classify_vectors
