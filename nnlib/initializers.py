"""Where learning starts: the random weights of a layer before it has seen an example.

An initialiser is a function `(n_in, n_out, rng) -> W` of shape (n_in, n_out). Biases start at 0.
"""

import math

from nnlib.guards import check_rng, is_number


def glorot_uniform(n_in, n_out, rng):
    """Uniform weights in [-r, r] with r = sqrt(6 / (n_in + n_out)), for tanh, sigmoid and softmax.

    Source: Glorot and Bengio 2010, equation 16. The default of Keras's Dense layer.
    """
    check_rng("glorot_uniform", rng)
    limit = math.sqrt(6 / (n_in + n_out))
    return rng.uniform(-limit, limit, (n_in, n_out))


def he_normal(n_in, n_out, rng):
    """Normal weights with standard deviation sqrt(2 / n_in), for ReLU and its relatives.

    Source: He et al. 2015, equation 10 (not truncated, unlike Keras's initialiser of this name).
    """
    check_rng("he_normal", rng)
    return rng.normal(0, math.sqrt(2 / n_in), (n_in, n_out))


def standard_normal(n_in, n_out, rng):
    """Normal weights with standard deviation 1, whatever the size of the layer."""
    return check_rng("standard_normal", rng).standard_normal((n_in, n_out))


def uniform(low, high):
    """Return an initialiser that draws uniformly from [low, high).

    >>> import numpy as np
    >>> W = uniform(0, 0.1)(784, 512, np.random.default_rng(0))
    >>> W.shape, bool(W.min() >= 0), bool(W.max() < 0.1)
    ((784, 512), True, True)
    """
    if not (is_number(low) and is_number(high) and low < high):
        raise ValueError(f"uniform expected low < high, got low = {low}, high = {high}")
    return lambda n_in, n_out, rng: check_rng("uniform", rng).uniform(low, high, (n_in, n_out))
