"""Each optimizer against its formula, written a second time as a loop over single numbers."""

import math

import numpy as np
import pytest
from discovery import OPTIMIZERS, build

from nnlib import SGD, Adam, RMSProp
from nnlib.optimizers import Optimizer


def sgd(theta, gradients, lr, momentum=0.0, nesterov=False, weight_decay=0.0):
    v = 0.0
    for g in gradients:
        g += weight_decay * theta
        v = momentum * v + g
        theta -= lr * (g + momentum * v if nesterov else v)
    return theta


def rmsprop(theta, gradients, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0.0):
    v = 0.0
    for g in gradients:
        g += weight_decay * theta
        v = alpha * v + (1 - alpha) * g**2
        theta -= lr * g / (math.sqrt(v) + eps)
    return theta


def adam(theta, gradients, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
    m = v = 0.0
    for t, g in enumerate(gradients, start=1):
        g += weight_decay * theta
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g**2
        m_hat, v_hat = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
        theta -= lr * m_hat / (math.sqrt(v_hat) + eps)
    return theta


def adamw(theta, gradients, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
    m = v = 0.0
    for t, g in enumerate(gradients, start=1):
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g**2
        m_hat, v_hat = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
        theta -= lr * (m_hat / (math.sqrt(v_hat) + eps) + weight_decay * theta)
    return theta


def lion(theta, gradients, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
    m = 0.0
    for g in gradients:
        c = betas[0] * m + (1 - betas[0]) * g
        theta -= lr * (math.copysign(1, c) + weight_decay * theta)
        m = betas[1] * m + (1 - betas[1]) * g
    return theta


class AdamW(Adam):
    """What a reader writes: Adam, whose weight decay is no part of the gradient. Loshchilov and Hutter 2019."""

    decoupled = True


class Lion(Optimizer):
    """What a reader writes from the paper: slots and update. Chen et al. 2023, algorithm 2."""

    slots, decoupled = 1, True

    def __init__(self, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(lr, weight_decay)
        self.betas = betas

    def update(self, params, grads, m):
        beta1, beta2 = self.betas
        params -= self.lr * np.sign(beta1 * m + (1 - beta1) * grads)
        m *= beta2
        m += (1 - beta2) * grads


CASES = [
    (SGD, sgd, {"lr": 0.1}),
    (SGD, sgd, {"lr": 0.1, "momentum": 0.9}),
    (SGD, sgd, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    (SGD, sgd, {"lr": 0.1, "momentum": 0.5, "weight_decay": 0.2}),
    (RMSProp, rmsprop, {}),
    (RMSProp, rmsprop, {"lr": 0.3, "alpha": 0.5, "eps": 0.1, "weight_decay": 0.2}),
    (Adam, adam, {}),
    (Adam, adam, {"lr": 0.3, "betas": (0.5, 0.7), "eps": 0.1, "weight_decay": 0.2}),
]


OWN = [
    (AdamW, adamw, {}),
    (AdamW, adamw, {"lr": 0.3, "betas": (0.5, 0.7), "eps": 0.1, "weight_decay": 0.2}),
    (Lion, lion, {}),
    (Lion, lion, {"lr": 0.3, "betas": (0.5, 0.7), "weight_decay": 0.2}),
]


def test_every_optimizer_has_a_case():
    missing = {cls.__name__ for cls in OPTIMIZERS} - {cls.__name__ for cls, _, _ in CASES}
    assert not missing, "write a loop over single numbers, and put it into CASES with some arguments"


@pytest.mark.parametrize(("cls", "loop", "arguments"), CASES + OWN)
def test_against_the_loop(cls, loop, arguments, rng):
    start, gradients = rng.standard_normal(7), rng.standard_normal((20, 7))
    params, optimizer = start.copy(), cls(**arguments)
    for g in gradients:
        optimizer.step(params, g)
    expected = [
        loop(float(theta), list(map(float, gs)), **arguments) for theta, gs in zip(start, gradients.T, strict=True)
    ]
    np.testing.assert_allclose(params, expected, rtol=1e-12)
    assert optimizer.t == 20


@pytest.mark.parametrize("cls", OPTIMIZERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_steps_in_place_in_any_dtype_and_leaves_the_gradient(cls, dtype, rng):
    params, grads = rng.standard_normal(5).astype(dtype), rng.standard_normal(5).astype(dtype)
    view, kept = params[:2], grads.copy()
    before = params.copy()
    optimizer = build(cls)
    optimizer.step(params, grads)
    assert params.dtype == dtype
    assert all(vector.dtype == dtype for vector in optimizer.memory)
    np.testing.assert_array_equal(view, params[:2])
    np.testing.assert_array_equal(np.sign(params - before), -np.sign(grads))
    np.testing.assert_array_equal(grads, kept)


@pytest.mark.parametrize("cls", [*OPTIMIZERS, AdamW, Lion])
def test_weight_decay_leaves_the_gradient(cls):
    optimizer, grads = build(cls), np.ones(3)
    optimizer.weight_decay = 0.1
    optimizer.step(np.ones(3), grads)
    np.testing.assert_array_equal(grads, 1)


@pytest.mark.parametrize("cls", OPTIMIZERS)
def test_a_schedule_is_an_assignment(cls):
    optimizer = build(cls)
    params = np.zeros(1)
    optimizer.lr = 1e-5
    optimizer.step(params, np.ones(1))
    assert 0 < -params[0] <= 1e-4


def test_adam_makes_the_first_step_of_size_lr():
    params = np.zeros(3)
    Adam(lr=0.01).step(params, np.array([1e-3, 1.0, -1e3]))
    np.testing.assert_allclose(params, [-0.01, -0.01, 0.01], rtol=1e-4)
