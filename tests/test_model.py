"""A model is a list of layers over one vector: what that vector promises must hold however the model is used."""

import contextlib
import copy
import gc
import pickle
import warnings

import numpy as np
import pytest

from nnlib import (
    SGD,
    Adam,
    Dense,
    Dropout,
    MeanSquaredError,
    ReLU,
    Sequential,
    SoftmaxCrossEntropy,
    Tanh,
    evaluate,
    fit,
    glorot_uniform,
    he_normal,
    standard_normal,
    uniform,
)
from nnlib.gradcheck import numerical_gradient, relative_error

X = np.random.default_rng(0).standard_normal((6, 3))
y = np.array([0, 1, 0, 1, 0, 1])


def dense(n_in, n_out, seed=1):
    return Dense(n_in, n_out, rng=np.random.default_rng(seed))


def new_model(*first, hidden=4, seed=1, **options):
    return Sequential(*first, dense(3, hidden, seed), Tanh(), dense(hidden, 2, seed + 1), **options)


def run(model, epochs=3, optimizer=None):
    rng, optimizer = np.random.default_rng(3), optimizer or SGD(0.1)
    return fit(model, SoftmaxCrossEntropy(), optimizer, X, y, epochs=epochs, batch_size=2, rng=rng, progress=False)


def backward(model, X=X, **options):
    """Forward and backward through all layers, with all ones as the gradient of the output."""
    return model.backward(np.ones_like(model.forward(X)), **options)


def assert_views(model):
    """The vectors hold the layers' arrays, one after the other, and share their memory."""
    for prefix, vector in [("", model.params), ("d", model.grads)]:
        arrays = [getattr(layer, prefix + name) for layer in model.layers for name in getattr(layer, "parameters", ())]
        np.testing.assert_array_equal(vector, np.concatenate([array.ravel() for array in arrays]))
        assert all(np.shares_memory(array, vector) for array in arrays)
        assert vector.dtype == model.dtype


class Linear:
    """A layer as a learner writes it: no base class, no sizes, and gradients that are assigned."""

    parameters = ("W", "b")

    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, X, training=False):
        self.X = X
        return X @ self.W + self.b

    def backward(self, dY, input_grad=True):
        self.dW = self.X.T @ dY
        self.db = dY.sum(axis=0)
        return dY @ self.W.T


def own(layer):
    """The same layer as a learner's."""
    return Linear(layer.W.copy(), layer.b.copy())


# Where learning starts


@pytest.mark.parametrize(
    ("init", "mean", "deviation", "largest"),
    [
        (glorot_uniform, 0, np.sqrt(2 / (300 + 200)), np.sqrt(6 / (300 + 200))),
        (he_normal, 0, np.sqrt(2 / 300), np.inf),
        (standard_normal, 0, 1, np.inf),
        (uniform(-1, 3), 1, 4 / np.sqrt(12), 3),
    ],
)
def test_weights_at_the_start_are_as_wide_as_their_source_says(init, mean, deviation, largest):
    layer = Dense(300, 200, rng=np.random.default_rng(0), init=init)
    assert layer.W.mean() == pytest.approx(mean, abs=0.02 * deviation)
    assert layer.W.std() == pytest.approx(deviation, rel=0.01)
    assert layer.W.max() <= largest
    assert (layer.b == 0).all()


# One vector, and views into it


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_params_and_grads_are_views_of_all_layers(dtype):
    model = new_model(dtype=dtype)
    assert_views(model)
    assert model.params.shape == model.grads.shape == (3 * 4 + 4 + 4 * 2 + 2,)
    backward(model)
    assert_views(model)
    assert model.grads.any()

    first, _, last = model.layers
    first.W[1, 2] = 7
    assert model.params[1 * 4 + 2] == 7
    model.params[-1] = 8
    assert last.b[1] == 8
    first.dW[0, 0] = 9
    assert model.grads[0] == 9
    model.grads[-2] = 10
    assert last.db[0] == 10


def test_an_assigned_array_is_taken_in():
    model = new_model()
    vector, mine = model.params, np.arange(12.0).reshape(3, 4)
    model.layers[0].W = mine
    model.layers[2].b = [1, 2]
    assert model.params is vector
    np.testing.assert_array_equal(vector[:12], np.arange(12))
    np.testing.assert_array_equal(vector[-2:], [1, 2])
    assert_views(model)
    model.params[:] = 0
    assert mine[2, 3] == 11, "the learner's array is copied, not taken away"


def test_an_assigned_array_is_trained():
    assigned, written = new_model(), new_model()
    assigned.layers[0].W = assigned.layers[0].W + 1
    written.layers[0].W += 1
    run(assigned)
    run(written)
    np.testing.assert_array_equal(assigned.params, written.params)


def test_a_layer_without_base_class_learns_like_dense():
    theirs = new_model(dtype=np.float64)
    mine = Sequential(own(theirs.layers[0]), Tanh(), own(theirs.layers[2]), dtype=np.float64)
    for optimizer in [SGD, Adam]:
        run(theirs, optimizer=optimizer(lr=0.1))
        run(mine, optimizer=optimizer(lr=0.1))
        np.testing.assert_array_equal(mine.params, theirs.params)
        assert_views(mine)
    assert repr(mine) == "Sequential(Linear(), Tanh(), Linear(), dtype=float64)"


def test_a_layer_without_sizes_may_change_the_width():
    """Sequential cannot know what comes out of it, so it must not complain about what goes in next."""
    model = Sequential(dense(3, 4), Linear(np.ones((4, 5)), np.zeros(5)), dense(5, 2))
    assert model.forward(X).shape == (6, 2)
    assert "(n, ?)" in model.summary()


def test_two_models_share_a_layer():
    """As in transfer learning: a new head on a trained body, and both go on learning."""
    old = new_model()
    run(old)
    body, activation, _ = old.layers
    before = body.W.copy()
    new = Sequential(body, activation, dense(4, 2, seed=9))
    np.testing.assert_array_equal(body.W, before)

    for model, other in [(new, old), (old, new), (new, old)]:
        start = body.W.copy()
        run(model)
        assert_views(model)
        assert not np.array_equal(body.W, start)
        np.testing.assert_array_equal(other.params[:16], model.params[:16])
        assert_views(other)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_are_independent(duplicate):
    model = new_model(Dropout(0.5, rng=np.random.default_rng(5)), dtype=np.float64)
    run(model)
    model.layers[1].W = model.layers[1].W * 2  # not yet taken in
    other = duplicate(model)
    assert repr(other) == repr(model)
    np.testing.assert_array_equal(other.forward(X), model.forward(X))
    assert_views(other)
    assert not np.shares_memory(other.params, model.params)

    params = model.params.copy()
    run(other)
    np.testing.assert_array_equal(model.params, params)
    assert not np.array_equal(other.params, params)
    run(model)  # the random numbers of Dropout are copied as well
    np.testing.assert_array_equal(model.params, other.params)
    assert_views(model)


def test_a_copy_of_model_and_optimizer_goes_on_where_they_stood():
    model, optimizer = new_model(), Adam(0.01)
    run(model, optimizer=optimizer)
    other, others = copy.deepcopy((model, optimizer))
    run(model, optimizer=optimizer)
    run(other, optimizer=others)
    np.testing.assert_array_equal(other.params, model.params)


# Forward, backward, text


def test_dtype_is_cast_once():
    fast, exact = new_model(), new_model(dtype=np.float64)
    assert fast.dtype == np.float32
    for model in [fast, exact]:
        for inputs in [X, X.astype(np.float32), X.round().astype(int), X.tolist()]:
            assert model.forward(inputs).dtype == model.dtype
            assert backward(model, inputs, input_grad=True).dtype == model.grads.dtype == model.dtype
    np.testing.assert_allclose(fast.forward(X), exact.forward(X), atol=1e-6)
    assert not np.array_equal(fast.forward(X), exact.forward(X))


@pytest.mark.parametrize("first", [[], [ReLU()], [Dropout(0, rng=np.random.default_rng(0)), Tanh()]])
def test_input_grad(first):
    model = new_model(*first, dtype=np.float64)
    dX = backward(model, input_grad=True)
    grads = model.grads.copy()
    assert backward(model) is None, "dX costs time and is not asked for"
    np.testing.assert_array_equal(model.grads, grads)

    inputs = X.copy()
    assert relative_error(dX, numerical_gradient(lambda: model.forward(inputs).sum(), inputs)) < 1e-8
    assert relative_error(grads, numerical_gradient(lambda: model.forward(X).sum(), model.params)) < 1e-8


def test_first_layers_without_parameters():
    plain, dropped = new_model(), new_model(Dropout(0, rng=np.random.default_rng(0)))
    run(plain)
    run(dropped)
    np.testing.assert_array_equal(dropped.params, plain.params)

    model = new_model(Dropout(0.5, rng=np.random.default_rng(0)))
    before = evaluate(model, X, y).loss
    run(model, epochs=100)
    assert evaluate(model, X, y).loss < before


def test_no_parameters_at_all():
    model = Sequential(Tanh(), ReLU())
    assert model.params.shape == model.grads.shape == (0,)
    np.testing.assert_allclose(model.forward(X), np.maximum(np.tanh(X), 0), rtol=1e-6)
    assert backward(model, input_grad=True).shape == X.shape
    history = fit(
        model, MeanSquaredError(), Adam(), X, X, epochs=2, batch_size=6, rng=np.random.default_rng(0), progress=False
    )
    assert history.loss[0] == history.loss[1]


def test_summary_and_repr():
    model = Sequential(Dropout(0.2, rng=np.random.default_rng(0)), dense(784, 100), ReLU(), dense(100, 10))
    expected = """\
layer            output      parameters
Dropout(0.2)     (n, ?)               0
Dense(784, 100)  (n, 100)        78,500
ReLU()           (n, 100)             0
Dense(100, 10)   (n, 10)          1,010
total                            79,510"""
    assert model.summary() == expected
    assert repr(model) == "Sequential(Dropout(0.2), Dense(784, 100), ReLU(), Dense(100, 10), dtype=float32)"


# Files


def with_strange_numbers(dtype):
    """A model whose numbers are awkward to write down: every bit must come back."""
    model = new_model(dtype=dtype)
    tiny = np.finfo(dtype).smallest_subnormal
    model.params[:6] = [-0.0, tiny, np.finfo(dtype).max, np.pi, 1 / 3, np.nextafter(dtype(1), dtype(2))]
    return model


@pytest.mark.parametrize("as_path", [str, lambda path: path])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_load_gives_back_every_bit(tmp_path, dtype, as_path):
    model, other = with_strange_numbers(dtype), new_model(seed=5, dtype=dtype)
    vector = other.params
    model.save(as_path(tmp_path / "model"))
    other.load(as_path(tmp_path / "model"))
    assert other.params.tobytes() == model.params.tobytes()
    assert other.params is vector
    assert_views(other)
    assert [file.name for file in tmp_path.iterdir()] == ["model"]


def test_a_file_holds_plain_arrays(tmp_path):
    """What needs no pickle can be opened without trust: also for layers and names that we do not know."""
    model = Sequential(Linear(np.eye(3), np.zeros(3)), Tanh())
    model.layers[0].W = np.ones((3, 3))
    model.save(tmp_path / "größe.npz")
    with np.load(tmp_path / "größe.npz", allow_pickle=False) as file:
        assert {name: file[name].dtype.kind for name in file.files} == {"layers": "U", "params": "f"}
        np.testing.assert_array_equal(file["params"], [1] * 9 + [0] * 3)


@pytest.fixture
def saved(tmp_path):
    """A file of a model whose parameters are 0, 1, 2, ..."""
    model = new_model()
    model.params[:] = np.arange(model.params.size)
    model.save(tmp_path / "model.npz")
    return tmp_path / "model.npz"


def assert_refused(path, model=None, message="Sequential.load expected"):
    """Nothing of the file is taken: all the parameters are as they were."""
    model = model or new_model()
    before = model.params.tobytes()
    with pytest.raises(ValueError, match=message) as caught:
        model.load(path)
    assert str(path) in str(caught.value)
    assert model.params.tobytes() == before
    assert_views(model)


def test_load_refuses_another_model(saved):
    assert_refused(saved, new_model(hidden=5), r"expected the layers \['Dense\(3, 5\)', .* got \['Dense\(3, 4\)', ")
    assert_refused(saved, Sequential(dense(3, 4), ReLU(), dense(4, 2)), r"'ReLU\(\)', .* got .*'Tanh\(\)', ")
    assert_refused(saved, Sequential(dense(3, 4), Tanh()))


def test_load_tells_sizes_apart_where_names_do_not(tmp_path):
    Sequential(Linear(np.ones((3, 4)), np.ones(4))).save(tmp_path / "model.npz")
    assert_refused(tmp_path / "model.npz", Sequential(Linear(np.ones((3, 5)), np.ones(5))), r"20.* got .*16")


def params_of(path, **changed):
    """The contents of the file as a dictionary, with some of it changed."""
    with np.load(path) as file:
        return {name: file[name] for name in file.files} | changed


BAD_FILES = {
    "not a zip": lambda path: path.write_text("hello"),
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-30]),
    "half of it": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "a pickle": lambda path: path.write_bytes(pickle.dumps({"params": 1})),
    "a single array": lambda path: np.save(path, np.zeros(26)) or path.with_suffix(".npz.npy").replace(path),
    "pickle inside": lambda path: np.savez(path, **params_of(path, params=np.array([None] * 26))),
    "pickled names inside": lambda path: np.savez(path, **params_of(path, layers=np.array([None] * 3))),
    "params missing": lambda path: np.savez(path, layers=params_of(path)["layers"]),
    "layers missing": lambda path: np.savez(path, params=np.zeros(26)),
    "too few params": lambda path: np.savez(path, **params_of(path, params=np.zeros(25))),
    "params of another shape": lambda path: np.savez(path, **params_of(path, params=np.zeros((26, 1)))),
    "params as text": lambda path: np.savez(path, **params_of(path, params=np.array(["1"] * 26))),
    "params as integers": lambda path: np.savez(path, **params_of(path, params=np.zeros(26, int))),
}


@pytest.mark.parametrize("spoil", BAD_FILES.values(), ids=BAD_FILES)
def test_load_refuses_a_bad_file(saved, spoil):
    spoil(saved)
    assert_refused(saved)


def test_load_closes_what_it_refuses(saved):
    BAD_FILES["truncated"](saved)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with contextlib.suppress(ValueError):
            new_model().load(saved)
        gc.collect()
    assert [str(warning.message) for warning in seen] == []


def test_load_runs_no_code_from_a_file(saved):
    class Trap:
        def __reduce__(self):
            return pytest.fail, ("code from the file was run",)

    np.savez(saved, **params_of(saved, params=np.array([Trap()] * 26)))
    assert_refused(saved)


def test_no_flipped_byte_spoils_a_model(saved):
    """Each is noticed, or it is in a part of the zip file that says nothing about the numbers."""
    content, model = saved.read_bytes(), new_model()
    for place in range(len(content)):
        saved.write_bytes(content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])
        model.params[:] = -1
        expected = np.arange(model.params.size)
        try:
            model.load(saved)
        except ValueError:
            expected = -1
        np.testing.assert_array_equal(model.params, expected, f"byte {place}")


def test_load_without_a_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.npz"):
        new_model().load(tmp_path / "none.npz")


@pytest.mark.parametrize("error", [OSError("No space left on device"), KeyboardInterrupt()])
def test_save_is_all_or_nothing(saved, monkeypatch, error):
    before = saved.read_bytes()

    def full_disk(file, **arrays):
        file.write(before[:100])
        raise error

    monkeypatch.setattr(np, "savez", full_disk)
    for path in [saved, saved.with_name("new.npz")]:
        with pytest.raises(type(error)):
            new_model(seed=9).save(path)
    assert saved.read_bytes() == before
    assert [*saved.parent.iterdir()] == [saved]


def test_a_saved_file_can_be_read_by_whom_other_files_can(saved):
    other = saved.with_name("other")
    other.write_bytes(b"")
    assert saved.stat().st_mode == other.stat().st_mode
