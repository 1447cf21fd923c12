"""What a reader brings, a layer, a loss or a model, is taken, or told before the first step what it lacks."""

import copy
import functools
import re

import numpy as np
import pytest

from nnlib import (
    SGD,
    Adam,
    Dense,
    Dropout,
    MeanSquaredError,
    QuadraticCost,
    ReLU,
    RMSProp,
    Sequential,
    SoftmaxCrossEntropy,
    Tanh,
    evaluate,
    fit,
    train,
)
from nnlib.gradcheck import check_layer
from nnlib.layers import Layer
from nnlib.losses import Loss

X = np.random.default_rng(0).standard_normal((8, 3))
y = np.arange(8) % 2


def generator(seed=1):
    return np.random.default_rng(seed)


class Linear:
    """As one writes it who has read that a layer is anything with forward and backward."""

    parameters = ("W",)

    def __init__(self, n_in, n_out):
        self.W = generator().standard_normal((n_in, n_out))

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dY):
        self.dW = self.x.T @ dY
        return dY @ self.W.T


class Normalise(Layer):
    """Batch normalisation without scale and shift: what it has seen of the data is no parameter."""

    state = ("mean", "variance")

    def __init__(self, n):
        self.mean, self.variance = np.zeros(n), np.ones(n)

    def forward(self, X, training=False):
        if training:
            self.mean = 0.9 * self.mean + 0.1 * X.mean(axis=0)
            self.variance = 0.9 * self.variance + 0.1 * X.var(axis=0)
        self.scale = 1 / np.sqrt(self.variance + 1e-5)
        return (X - self.mean) * self.scale

    def backward(self, dY, input_grad=True):
        return dY * self.scale


class Lazy(Normalise):
    """Knows its width once it has seen an example."""

    def __init__(self):
        self.mean = self.variance = None

    def forward(self, X, training=False):
        if self.mean is None:
            self.mean, self.variance = np.zeros(X.shape[1]), np.ones(X.shape[1])
        return super().forward(X, training)


class FromZero(Normalise):
    def __init__(self):
        self.mean, self.variance = 0.0, 1.0


def changed(base=Linear, **methods):
    """A layer with other methods, or other class attributes."""
    return type("Mine", (base,), methods)


def learn(model, loss=None, optimizer=None, epochs=2, rng=None, y=y):
    options = {"epochs": epochs, "batch_size": 4, "rng": rng or generator(3), "progress": False}
    return fit(model, loss or SoftmaxCrossEntropy(), optimizer or SGD(0.1), X, y, **options)


def net(*middle, dtype=np.float64):
    return Sequential(Dense(3, 4, rng=generator()), *middle, ReLU(), Dense(4, 2, rng=generator(2)), dtype=dtype)


# A layer that knows nothing of training


class Full(Linear):
    """The same, with all that nnlib's own layers have."""

    def forward(self, x, training=False):
        return super().forward(x)

    def backward(self, dY, input_grad=True):
        dX = super().backward(dY)
        return dX if input_grad else None


def test_a_layer_with_forward_of_x_learns_like_any_other():
    models = [Sequential(cls(3, 4), ReLU(), cls(4, 2), dtype=np.float64) for cls in [Linear, Full]]
    short, full = (learn(model, epochs=3).loss for model in models)
    np.testing.assert_array_equal(short, full)
    assert short[-1] < short[0]
    dY = np.ones(models[0].forward(X).shape)
    assert models[0].backward(dY) is None
    assert models[0].backward(dY, input_grad=True).shape == X.shape
    assert check_layer(Linear(3, 4), X, rng=generator())["dW"] < 1e-8


def test_a_model_with_forward_of_x_learns():
    class Model:
        def __init__(self):
            self.inside = net()

        params = property(lambda self: self.inside.params)
        grads = property(lambda self: self.inside.grads)

        def forward(self, X):
            return self.inside.forward(X)

        def backward(self, dY):
            self.inside.backward(dY)

    np.testing.assert_array_equal(learn(Model()).loss, learn(net()).loss)


def test_the_mode_reaches_a_layer_that_asks_for_it():
    seen = []

    def forward(self, X, training):
        seen.append(training)
        return X

    model = net(changed(forward=forward, backward=lambda self, dY: dY, parameters=())(4, 4))
    list(train(model, SoftmaxCrossEntropy(), SGD(0.1), X, y, epochs=1, batch_size=4, rng=generator()))
    assert seen == [True, False, True, True], "a copy is tried in both modes, and there are two batches"


# What is missing is said before the first step

NO_RETURN = "None. Is the `return` missing?"
ROWS = "Mine().forward expected to return an array with 2 rows, as X has; returned"
DX = "Mine().backward expected to return dX of shape (2, 4); returned"
ANEW = "Mine().backward expected to set dW anew in each call, and did not"


def forward(returned):
    return {"forward": lambda self, x: returned(x)}


def backward(dW, returned):
    """A method `backward` that stores dW, if there is any, and returns something."""

    def method(self, dY):
        if dW is not None:
            self.dW = dW(self, dY)
        return returned(dY)

    return {"backward": method}


def right(self, dY):
    return np.ones((4, 4))


SAID = [
    (f"{ROWS} {NO_RETURN}", forward(lambda x: None)),
    (f"{ROWS} shape (4,)", forward(lambda x: x[0])),
    (f"{ROWS} 3.0", forward(lambda x: 3.0)),
    (f"{DX} {NO_RETURN}", backward(right, lambda dY: None)),
    (f"{DX} shape (4,)", backward(right, lambda dY: dY[0])),
    (ANEW, backward(None, lambda dY: dY)),
    (f"{ANEW}", backward(lambda self, dY: self.dW + 1, lambda dY: dY)),
    ("Mine().dW expected shape (4, 4), got (4,)", backward(lambda self, dY: dY[0], lambda dY: dY)),
    ("Mine() expected the names ['W'] in its `parameters`, got none", {"parameters": ()}),
]


@pytest.mark.parametrize(("message", "methods"), SAID, ids=[message for message, _ in SAID])
def test_a_layer_is_told_what_it_lacks(message, methods):
    model = net(changed(**methods)(4, 4))
    before, optimizer = model.params.copy(), Adam()
    with pytest.raises(ValueError) as caught:  # noqa: PT011, the whole message is compared
        learn(model, optimizer=optimizer)
    assert str(caught.value) == message
    np.testing.assert_array_equal(model.params, before)
    assert optimizer.t == 0, "no step was taken"


def test_a_run_of_nan_is_not_taken_for_a_gradient_that_was_not_written():
    methods = {"forward": lambda self, x: Linear.forward(self, x) * np.nan}
    with pytest.raises(RuntimeError, match="training stopped: the loss became nan"):
        learn(net(changed(**methods)(4, 4)))


MODE = "expected forward(X) or forward(X, training=False), got"


@pytest.mark.parametrize(("message", "methods"), [*SAID[:6], SAID[7]])
def test_check_layer_says_the_same(message, methods):
    layer = changed(**methods)(4, 4)
    with pytest.raises(ValueError, match=re.escape(message.replace("2 rows", "8 rows").replace("(2, 4)", "(8, 4)"))):
        check_layer(layer, np.ones((8, 4)), rng=generator())


def test_a_whole_model_can_be_checked_in_float64():
    with pytest.raises(ValueError, match=r"check_layer expected float64 from Sequential\(.*, got float32"):
        check_layer(net(dtype=np.float32), X, rng=generator())
    assert check_layer(net(), X, rng=generator())["dX"] < 1e-8


CONSTRUCTED = [
    (f"{MODE} forward(x, train)", {"forward": lambda self, x, train=False: x}),
    (f"{MODE} forward()", {"forward": lambda self: None}),
    ("expected a tuple of names, parameters = ('W',), got 'W'", {"parameters": ("W")}),
    ("expected an attribute for each name in `parameters`, got none for ['b']", {"parameters": ("W", "b")}),
    ("expected a tuple of names, state = ('mean',), got 'mean'", {"state": "mean"}),
    ("expected a tuple of names, parameters = ('W',), got 3", {"parameters": 3}),
    ("expected a tuple of names, parameters = ('W',), got [array([0.])]", {"parameters": [np.zeros(1)]}),
    ("expected numbers in W, got NoneType: make a list or an array of it", {"W": None, "__init__": lambda *_: None}),
    ("expected numbers in W, got text (<U4): convert them to numbers", {"W": "ones", "__init__": lambda *_: None}),
    ("expected an attribute for each name in `state`, got none for ['mean']", {"state": ["mean"]}),
]


@pytest.mark.parametrize(("message", "methods"), CONSTRUCTED, ids=[message for message, _ in CONSTRUCTED])
def test_a_model_is_not_made_of_what_cannot_be_a_layer(message, methods):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        net(changed(**methods)(4, 4))
    assert str(caught.value) == f"Sequential: layer 2, Mine(), {message}"


def test_an_error_in_a_layer_says_where_it_was_tried():
    with pytest.raises(ValueError, match="matmul") as caught:
        learn(net(changed(backward=lambda self, dY: dY @ np.ones((3, 3)))(4, 4)))
    assert caught.value.__notes__ == ["Mine().backward was tried before the first step, with shapes (2, 4)."]


MEAN = "Mine().forward expected to return the mean loss, a number; returned"
GRADIENT = "Mine().backward expected to return the gradient of shape (2, 2); returned"
LOSSES = [
    (f"{MEAN} shape (2, 2)", lambda Y: Y, lambda: 1),
    (f"{MEAN} {NO_RETURN}", lambda Y: None, lambda: 1),
    (f"{GRADIENT} {NO_RETURN}", lambda Y: 1.0, lambda: None),
    (f"{GRADIENT} shape (2,)", lambda Y: 1.0, lambda: np.ones(2)),
]


@pytest.mark.parametrize(("message", "forward", "backward"), LOSSES, ids=[message for message, *_ in LOSSES])
def test_a_loss_is_told_what_it_lacks(message, forward, backward):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        learn(net(), type("Mine", (), {"forward": lambda _, Y, y: forward(Y), "backward": lambda _: backward()})())
    assert str(caught.value) == message


def test_trying_leaves_everything_as_it_was():
    """The numbers of a run do not depend on whether a part of it was tried."""
    own, theirs = changed(Dropout, __repr__=lambda self: "Mine()"), Dropout
    losses = []
    for cls in [own, theirs]:
        shared = generator()
        losses.append(learn(net(cls(0.5, rng=shared)), rng=shared).loss)
    np.testing.assert_array_equal(*losses)


@pytest.mark.parametrize("first", [[], [Tanh()]])
def test_a_layer_that_changes_what_others_need_is_refused(first):
    """The data would be scaled anew in each epoch, and tanh would take its slope from something else."""

    class Halves(Linear):
        def forward(self, x):
            x *= 0.5
            return super().forward(x)

    data = X.copy()
    model = Sequential(*first, Halves(3, 2), dtype=np.float64)
    owner = r"what Tanh\(\) needs for backward" if first else "the data"
    with pytest.raises(
        ValueError, match=rf"Halves\(\).forward expected to leave X as it is, and changed {owner}: make"
    ):
        fit(model, SoftmaxCrossEntropy(), SGD(0.1), data, y, epochs=1, batch_size=4, rng=None, progress=False)
    np.testing.assert_array_equal(data, X)
    assert len(learn(net(changed(Halves)(4, 4)))) == 2, "nobody needs what Dense gave"


def test_a_loss_that_changes_the_prediction_is_refused():
    class Subtracts(MeanSquaredError):
        def f(self, prediction, target):
            prediction -= target
            self.error = prediction
            return (prediction**2).mean()

    with pytest.raises(ValueError, match=r"Subtracts\(\).forward expected to leave the prediction as it is"):
        learn(net(), Subtracts(), y=X[:, :2])


class Slots:
    """A layer without a `__dict__`."""

    __slots__ = ("W", "dW", "x")
    parameters = ("W",)
    __init__, forward, backward = Linear.__init__, Linear.forward, Linear.backward


def test_a_file_needs_a_place(tmp_path):
    for path, came in [(tmp_path, "which is a folder"), (tmp_path / "no/model.npz", "in a folder that is not there")]:
        with pytest.raises(FileNotFoundError, match=rf"Sequential.save expected the path of a file, got .*{came}$"):
            net().save(path)
    assert list(tmp_path.parent.glob("*.unfinished")) == []


def test_a_layer_may_have_slots(tmp_path):
    assert learn(net(Slots(4, 4))).loss.tolist() == learn(net(Linear(4, 4))).loss.tolist()
    net(Slots(4, 4)).save(tmp_path / "model.npz")
    net(Slots(4, 4)).load(tmp_path / "model.npz")


@pytest.mark.parametrize("text", [lambda self: self.later, lambda self: 5])
def test_a_layer_whose_text_cannot_be_had_has_the_name_of_its_class(text):
    model = net(changed(__repr__=text)(4, 4))
    assert "Mine()" in repr(model)
    assert len(learn(model)) == 2


def test_a_layer_that_cannot_be_copied_is_not_tried():
    layer = Linear(4, 4)
    layer.rows = (row for row in X)  # a generator has no copy
    assert len(learn(net(layer))) == 2


def test_a_layer_that_keeps_its_output_and_gradient_can_be_copied():
    class Keeps(Layer):
        def forward(self, X, training=False):
            self.Z = 2 * X
            return self.Z

        def backward(self, dY, input_grad=True):
            self.dZ = dY
            return 2 * dY

    model = net(Keeps())
    learn(model)
    np.testing.assert_array_equal(copy.deepcopy(model).forward(X), model.forward(X))


# The vectors


@pytest.mark.parametrize("name", ["params", "grads"])
def test_a_vector_can_be_changed_by_an_operator(name):
    model = net()
    vector = getattr(model, name)
    vector[:] = 1
    exec(f"model.{name} -= 0.5 * np.ones(vector.size)")
    exec(f"model.{name} *= 4")
    assert getattr(model, name) is vector
    assert (vector == 2).all()
    setattr(model, name, np.arange(vector.size))
    assert getattr(model, name) is vector
    assert getattr(model.layers[0], {"params": "W", "grads": "dW"}[name])[0, 1] == 1
    for wrong in [np.ones(3), 1.0, "x", None]:
        with pytest.raises(ValueError, match=f"Sequential expected .*{name}"):
            setattr(model, name, wrong)
    assert vector[1] == 1


# What a layer keeps beside its parameters


@pytest.mark.parametrize("make", [lambda: Normalise(4), Lazy, FromZero])
def test_the_state_of_a_layer_is_saved(make, tmp_path):
    model = net(make())
    learn(model)
    model.save(tmp_path / "model.npz")
    other = net(make())
    other.load(tmp_path / "model.npz")
    np.testing.assert_array_equal(other.forward(X), model.forward(X))
    assert other.layers[1].mean.any()
    with np.load(tmp_path / "model.npz", allow_pickle=False) as file:
        assert {"layers", "params", "run"} < set(file.files)


@pytest.mark.parametrize("make", [lambda: Normalise(4), Lazy, FromZero])
def test_state_that_is_not_named_is_not_lost_in_silence(make, tmp_path):
    layer = make()
    layer.state = ("mean",)
    model = net(layer)
    model.save(tmp_path / "model.npz")  # nothing has been seen, and so nothing would be lost
    learn(model)
    with pytest.raises(ValueError, match=r"\w+\(\) keeps something beside its parameters that save would lose: name"):
        model.save(tmp_path / "new.npz")
    assert not (tmp_path / "new.npz").exists()
    layer.state = ("mean", "variance")
    model.save(tmp_path / "model.npz")


class Noise(Layer):
    """Draws at all times, from a generator of its own."""

    def __init__(self):
        self.rng = generator()

    def forward(self, X):
        return X + self.rng.standard_normal(X.shape)

    def backward(self, dY):
        return dY


def test_what_training_does_not_move_needs_no_name(tmp_path):
    noise = changed(Dropout)(0.5, rng=generator())
    for layer in [
        Linear(4, 4),
        noise,
        Noise(),
        changed(forward=lambda self, X: X + generator().random(), parameters=())(4, 4),
    ]:
        model = net(layer)
        model.forward(X)
        model.save(tmp_path / "model.npz")


def test_a_file_without_the_state_is_refused(tmp_path):
    class Free(Normalise):
        state = ()

    Free.__name__ = "Normalise"
    net(Free(4)).save(tmp_path / "old.npz")
    net(Normalise(4)).save(tmp_path / "new.npz")
    model = net(Normalise(4))
    with pytest.raises(ValueError, match="it has no state beside the parameters"):
        model.load(tmp_path / "old.npz")
    with pytest.raises(ValueError, match="it has state beside the parameters"):
        net(Free(4)).load(tmp_path / "new.npz")
    narrow = net(Normalise(4))
    narrow.layers[1].mean = np.zeros(3)
    with pytest.raises(ValueError, match=r"has array\(\[0., 0., 0., 0.\]\) as mean in it, in place of"):
        narrow.load(tmp_path / "new.npz")


# A run that goes on after a crash


class Momentum:
    """An optimizer of the reader's own, whose memory begins as a number."""

    def __init__(self, lr):
        self.lr, self.v, self.past, self.names = lr, 0, [], {"mu": 0.9, "steps": np.float32(0)}

    def step(self, params, grads):
        self.v = self.names["mu"] * self.v - self.lr * grads
        self.names["steps"] += 1
        self.past.append(float(np.abs(grads).max()))
        params += self.v


def program(optimizer, bits, *, shared):
    """What a reader's script makes before its loop: the same each time it is started."""
    rng = np.random.Generator(bits(7))
    model = net(Dropout(0.3, rng=rng if shared else generator(9)), Normalise(4), dtype=np.float32)
    return model, optimizer(), rng


def go_on(model, optimizer, rng, epochs):
    options = {"epochs": epochs, "batch_size": 3, "rng": rng, "validation": (X, y)}
    return [(e.loss, e.val_loss) for e in train(model, SoftmaxCrossEntropy(), optimizer, X, y, **options)]


BITS = [np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64]
OPTIMIZERS = [lambda: SGD(0.1), lambda: SGD(0.1, momentum=0.9, nesterov=True), RMSProp, Adam, lambda: Momentum(0.1)]


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize(
    ("optimizer", "bits"), [*((optimizer, BITS[0]) for optimizer in OPTIMIZERS), *((Adam, b) for b in BITS[1:])]
)
def test_a_run_goes_on_to_the_last_bit(optimizer, bits, shared, tmp_path):
    path = tmp_path / "run.npz"
    model, steps, rng = program(optimizer, bits, shared=shared)
    go_on(model, steps, rng, 3)
    steps.lr = 0.01  # a schedule
    model.save(path, steps, rng)
    expected = go_on(model, steps, rng, 3)

    again, others, generator_ = program(optimizer, bits, shared=shared)
    generator_.random(5)
    again.load(path, others, generator_)
    assert others.lr == 0.01
    assert go_on(again, others, generator_, 3) == expected
    np.testing.assert_array_equal(again.params, model.params)
    np.testing.assert_array_equal(again.forward(X), model.forward(X))
    with np.load(path, allow_pickle=False) as file:
        assert all(file[name].dtype.kind in "fiuU" for name in file.files)

    net(Dropout(0.3, rng=generator()), Normalise(4)).load(path)  # without the run, as any other model


def test_a_run_of_something_else_is_refused_and_nothing_changes(tmp_path):
    model, optimizer, rng = program(Adam, np.random.PCG64, shared=True)
    model.save(tmp_path / "model.npz")
    go_on(model, optimizer, rng, 1)
    model.save(tmp_path / "run.npz", optimizer, rng)
    for path, steps, bits, shared, message in [
        ("model.npz", Adam, np.random.PCG64, True, "it has no (optimizer|generators|places)"),
        ("run.npz", RMSProp, np.random.PCG64, True, r"its optimizer is Adam, not RMSProp"),
        ("run.npz", Adam, np.random.PCG64, False, r"its generators are shared as \[0, 0\], not as \[0, 1\]"),
        ("run.npz", Adam, np.random.SFC64, True, "its generator is PCG64, not SFC64"),
    ]:
        other, others, generator_ = program(steps, bits, shared=shared)
        before = other.params.copy(), copy.deepcopy(vars(others)), str(generator_.bit_generator.state)
        with pytest.raises(ValueError, match=message):
            other.load(tmp_path / path, others, generator_)
        np.testing.assert_array_equal(other.params, before[0])
        assert (vars(others), str(generator_.bit_generator.state)) == before[1:]


def test_an_optimizer_without_its_brackets_is_refused(tmp_path):
    for wrong in [Adam, generator(), "Adam"]:
        with pytest.raises(ValueError, match="expected as optimizer an object with step, got"):
            net().save(tmp_path / "run.npz", wrong)


def test_what_an_optimizer_cannot_write_is_said(tmp_path):
    optimizer = Momentum(0.1)
    optimizer.names["log"] = print
    with pytest.raises(ValueError, match=r"optimizer, Momentum, names, log expected numbers, arrays.*print"):
        net().save(tmp_path / "run.npz", optimizer)
    assert not any(tmp_path.iterdir())


# Four lines of one's own, as the docstrings show them


def test_class_weights_count_as_copies_of_the_rows():
    """A weight of 3 is as if each row of the class stood there three times, but for the number of rows."""
    weights = np.array([1.0, 3.0])

    class Weighted(SoftmaxCrossEntropy):
        def f(self, logits, labels):
            super().f(logits, labels)
            return -(weights[labels] * np.log(self.p[self.right])).mean()

        def df(self):
            return super().df() * weights[self.right[1], np.newaxis]

    Z, often = generator().standard_normal((8, 2)), np.repeat(np.arange(8), np.where(y == 1, 3, 1))
    mine, theirs = Weighted(), SoftmaxCrossEntropy()
    assert mine.forward(Z, y) == pytest.approx(theirs.forward(Z[often], y[often]) * len(often) / 8)
    summed = np.zeros_like(Z)
    np.add.at(summed, often, theirs.backward() * len(often) / 8)
    np.testing.assert_allclose(mine.backward(), summed)
    assert learn(net(), mine, epochs=20).loss[-1] < 1


def test_a_loss_of_four_lines_trains():
    class Absolute(Loss):
        def f(self, prediction, target):
            self.error = prediction - target
            return np.abs(self.error).mean()

        def df(self):
            return np.sign(self.error) / self.error.size

    target = X[:, :2]
    history = learn(net(), Absolute(), epochs=50, y=target)
    assert history.loss[-1] < history.loss[0] / 2
    assert history.accuracy.tolist() == [None] * 50
    assert learn(net(), MeanSquaredError(), y=target).loss[0] != history.loss[0]


def strict(self, prediction, target):
    return (np.abs(prediction - target) < 0.5).all(axis=1)


@pytest.mark.parametrize(
    "correct", [strict, staticmethod(functools.partial(strict, None)), lambda self, *both: strict(self, *both)]
)
@pytest.mark.parametrize("base", [MeanSquaredError, QuadraticCost])
def test_a_loss_may_say_what_is_right(base, correct):
    """It need not know that training asks nnlib's own for the bare formula."""
    Mine = type("Mine", (base,), {"correct": correct})
    model, target = net(), X[:, :2]
    right = float(strict(None, model.forward(X), target).mean())
    assert 0 < right < 1
    assert learn(model, Mine(), SGD(lr=1e-9), y=target).accuracy[0] == right
    assert evaluate(model, X, target, Mine()).accuracy == right
    with pytest.raises(ValueError, match="nan"):
        evaluate(net(changed(forward=lambda self, x: x * np.nan)(4, 4)), X, target, Mine())


@pytest.mark.parametrize(
    ("right", "came"),
    [
        (lambda right: right.mean(), "float64 of shape ()"),
        (lambda right: np.flatnonzero(right), "int64 of shape (6,)"),
        (lambda right: right.astype(int), "int64 of shape (8,)"),
        (lambda right: None, "object of shape ()"),
        (lambda right: right[:, np.newaxis], "bool of shape (8, 1)"),
    ],
)
def test_what_a_loss_says_of_other_things_than_rows_is_no_accuracy(right, came):
    """The mean of eight rows would count as one of them, and six places of right ones as five."""
    Z, labels = np.eye(8)[:, :2] + [0, 0.1], np.array([0, 1, 1, 1, 1, 1, 0, 0])
    Mine = type("Mine", (SoftmaxCrossEntropy,), {"correct": lambda self, Z, y: right(Z.argmax(axis=1) == y)})
    model = Sequential(Full(2, 2), dtype=np.float64)
    model.params[:] = np.eye(2).ravel()
    message = rf"^Mine\(\).correct expected to return True or False for each of 8 rows, returned {re.escape(came)}$"
    with pytest.raises(ValueError, match=message):
        evaluate(model, Z, labels, Mine())
    with pytest.raises(ValueError, match=message):
        list(train(model, Mine(), SGD(1e-9), Z, labels, epochs=1, batch_size=8, rng=None))


@pytest.mark.parametrize(("result", "came"), [(np.ones(2), "shape (2,)"), (np.ones(1), "shape (1,)"), (None, "None")])
def test_a_loss_that_forgets_the_mean_is_told_so(result, came):
    Mine = type("Mine", (MeanSquaredError,), {"f": lambda self, Y, y: result})
    with pytest.raises(ValueError, match=rf"Mine\(\) expected .*f's result.*, got {re.escape(came)}"):
        learn(net(), Mine(), y=X[:, :2])


def test_a_damaged_run_is_refused_whole(tmp_path):
    model, optimizer, rng = program(Adam, np.random.PCG64, shared=True)
    go_on(model, optimizer, rng, 1)
    path = tmp_path / "run.npz"
    model.save(path, optimizer, rng)
    content, noticed = path.read_bytes(), 0
    for place in range(0, len(content), 5):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])
        other, others, generator_ = program(Adam, np.random.PCG64, shared=True)
        before = other.params.copy(), str(generator_.bit_generator.state)
        try:
            other.load(path, others, generator_)
            expected = model.params, str(rng.bit_generator.state)
            assert others.t == optimizer.t
            np.testing.assert_array_equal(others.memory, optimizer.memory)
        except ValueError:
            expected, noticed = before, noticed + 1
            assert others.memory is None
        np.testing.assert_array_equal(other.params, expected[0])
        assert str(generator_.bit_generator.state) == expected[1]
    assert noticed > len(content) / 10
