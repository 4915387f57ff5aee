"""Limits of infinite width in closed form: kernels, kernel gradient descent, linear networks."""

from solver.limits.gaussian_moments import Moments as Moments
from solver.limits.gaussian_moments import gaussian_moments as gaussian_moments
from solver.limits.kernel import KernelLimit as KernelLimit
from solver.limits.kernel import kernel_limit as kernel_limit
from solver.limits.kernel import trained_biases as trained_biases
from solver.limits.kernel import trained_layers as trained_layers
from solver.limits.last_step import nonlinearity as nonlinearity
from solver.limits.limit import ClosedForm as ClosedForm
from solver.limits.limit import Method as Method
from solver.limits.limit import closed_form as closed_form
from solver.limits.limit import limit_method as limit_method
from solver.limits.limit import stable_verdict as stable_verdict
from solver.limits.linear import LinearLimit as LinearLimit
from solver.limits.linear import linear_limit as linear_limit
from solver.limits.training import LOSSES as LOSSES
from solver.limits.training import Loss as Loss
from solver.limits.training import Training as Training
from solver.limits.trajectories import Trajectory as Trajectory
from solver.limits.trajectories import descent as descent
from solver.limits.trajectories import kernel_trajectory as kernel_trajectory
from solver.limits.vanishing import essential as essential
