"""Recipes of the five published systems, S0 to S4, each as its author describes it, and of our own best plain net."""

import itertools

import numpy as np

from nnlib.activations import ReLU
from nnlib.autodiff import Tensor
from nnlib.experiments.common import classify, digits
from nnlib.initializers import he_normal, uniform
from nnlib.layers import Dense
from nnlib.losses import SoftmaxCrossEntropy
from nnlib.model import Sequential
from nnlib.optimizers import SGD, Adam
from nnlib.training import Epoch, evaluate, minibatches, train

# S4's 35 accuracies, at the iterations 0, 10, ... 340, as its author's notebook printed them: right answers of 42,000.
# fmt: off
PUBLISHED_CURVE = np.array([
    4544, 20008, 26086, 29014, 30822, 32038, 32904, 33521, 34051, 34462, 34839, 35156,
    35415, 35671, 35880, 36055, 36214, 36361, 36506, 36619, 36737, 36836, 36913, 36999,
    37073, 37145, 37233, 37302, 37357, 37414, 37477, 37520, 37575, 37618, 37659,
]) / 42_000
# fmt: on


def relu_net(sizes, rng, activation=ReLU, **options):
    """Return Dense layers of these sizes, with an activation between each two of them (None: without)."""
    layers = []
    for n_in, n_out in itertools.pairwise(sizes):
        layers += [Dense(n_in, n_out, rng=rng, **options), *([activation()] if activation else [])]
    return Sequential(*(layers[:-1] if activation else layers))


def naive_step(weights, X, labels, lr):
    """S0's training step: the tape finds the gradients of ReLU and softmax; return the loss."""
    W1, b1, W2, b2 = weights
    scores = (X @ W1 + b1).relu() @ W2 + b2
    z = scores - scores.data.max(axis=1, keepdims=True)
    log_p = z - z.exp().sum(axis=1, keepdims=True).log()
    loss = -log_p[np.arange(len(labels)), labels].mean()
    for w in weights:
        w.grad = np.zeros_like(w.data)
    loss.backward()
    for w in weights:
        w.data -= lr * w.grad
    return float(loss.data)


def by_tape(seed, progress, *, sizes, low, high, lr, batch_size, epochs):
    """S0: uniform weights, batches in order, plain gradient descent, without one derivative by hand."""
    (X, y), (X_test, y_test) = digits()
    rng, (n_in, n_hidden, n_out) = np.random.default_rng(seed), sizes
    weights = []
    for a, b in [(n_in, n_hidden), (n_hidden, n_out)]:
        weights += [Tensor(uniform(low, high)(a, b, rng).astype(np.float32)), Tensor(np.zeros(b, np.float32))]
    means, (W1, b1, W2, b2) = [], weights
    for number in range(1, epochs + 1):
        losses = [naive_step(weights, *batch, lr) for batch in minibatches(X, y, batch_size)]
        means.append(float(np.mean(losses)))
        progress(Epoch(number, means[-1], None, None, None, 0.0))
    scores = np.maximum(X_test @ W1.data + b1.data, 0) @ W2.data + b2.data
    return {"test accuracy": (scores.argmax(axis=1) == y_test).mean(), "losses": means}


def keras_like(seed, progress, *, sizes, lr, eps, batch_size, epochs):
    """S1: Keras's defaults, judged on the test set."""
    train_on, test = digits()
    rng = np.random.default_rng(seed)
    model, optimizer = relu_net(sizes, rng), Adam(lr=lr, eps=eps)
    options = {"epochs": epochs, "batch_size": batch_size, "rng": rng}
    curve = classify(model, SoftmaxCrossEntropy(), optimizer, train_on, test, progress, **options)
    return {"test accuracy": curve[-1], "curve": curve}


def full_batch(seed, progress, *, sizes, low, high, n, lr, iterations, every, one_bias_gradient):
    """S4: all images in each step; its author sums the bias gradients of a layer into one number.

    The accuracy is that on the training images, before the step, at each iteration that `every` divides.
    """
    X, y = (part[:n] for part in digits()[0])
    model = relu_net(sizes, np.random.default_rng(seed), init=uniform(low, high))
    loss, optimizer, curve = SoftmaxCrossEntropy(), SGD(lr=lr), []
    for iteration in range(iterations):
        scores = model.forward(X, training=True)
        value = loss.forward(scores, y)
        if iteration % every == 0:
            curve.append(float(loss.correct(scores, y).mean()))
            progress(Epoch(len(curve), value, curve[-1], None, None, 0.0))
        model.backward(loss.backward())
        if one_bias_gradient:
            for layer in model.layers[::2]:
                layer.db[:] = layer.db.sum()
        optimizer.step(model.params, model.grads)
    away = np.abs(np.array(curve) - PUBLISHED_CURVE[: len(curve)])
    return {"accuracy at 340": curve[-1], "furthest from the curve": away[10:].max(initial=0), "curve": curve}


def collapse(seed, progress, *, sizes, lr, batch_size, epochs):
    """S3: a net without activations is trained, and multiplied out into one layer; beside it one with ReLU."""
    train_on, test = digits()
    result, options = {}, {"epochs": epochs, "batch_size": batch_size}
    for name, activation in [("with ReLU", ReLU), ("without", None)]:
        rng = np.random.default_rng(seed)
        model = relu_net(sizes, rng, activation)
        run = classify(model, SoftmaxCrossEntropy(), Adam(lr=lr), train_on, test, progress, rng=rng, **options)
        result[name] = run[-1]
    first, last = model.layers
    one_layer = test[0] @ (first.W @ last.W) + (first.b @ last.W + last.b)
    return result | {"difference from one layer": np.abs(model.forward(test[0]) - one_layer).max()}


def compared(seed, progress, *, sizes, inits, lr, batch_size, epochs):
    """S3: the test accuracy of nets that differ in their initial weights alone; inits is {name: initialiser}."""
    train_on, test = digits()
    result = {}
    for name, init in inits.items():
        rng = np.random.default_rng(seed)
        model, options = relu_net(sizes, rng, init=init), {"epochs": epochs, "batch_size": batch_size, "rng": rng}
        run = classify(model, SoftmaxCrossEntropy(), SGD(lr=lr), train_on, test, progress, **options)
        result[name] = run[-1]
    return result


def falling_rate(seed, progress, *, sizes, lr, momentum, batch_size, epochs):
    """Our own: momentum, and a rate that falls evenly to a tenth; learned from the first 50,000 images."""
    (X, y), test = digits()
    rng = np.random.default_rng(seed)
    model, optimizer = relu_net(sizes, rng, init=he_normal), SGD(lr=lr, momentum=momentum)
    options = {"epochs": epochs, "batch_size": batch_size, "rng": rng}
    for epoch in train(model, SoftmaxCrossEntropy(), optimizer, X[:50_000], y[:50_000], **options):
        progress(epoch)
        optimizer.lr = lr * (1 - 0.9 * min(epoch.number / (epochs - 1), 1))
    return {"test error": 1 - evaluate(model, *test).accuracy}
