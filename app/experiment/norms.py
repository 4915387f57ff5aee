"""Euclidean norms of anything that floats can hold."""

import torch
from torch import Tensor


def row_norms(rows: Tensor) -> Tensor:
    """Norms along the last dimension, without overflow or underflow of the squares."""
    size: Tensor = torch.linalg.vector_norm(rows, dim=-1)
    if rows.shape[-1] and not bool(((size > 1e-140) & (size < 1e140)).all()):
        largest = rows.abs().amax(dim=-1)
        scale = torch.where(torch.isfinite(largest) & (largest > 0), largest, 1.0)
        size = scale * torch.linalg.vector_norm(rows / scale[..., None], dim=-1)
    return size
