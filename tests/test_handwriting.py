"""Pictures made as MNIST's are, files of pictures, and the trained net that reads both."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from nnlib import evaluate, load_mnist
from nnlib.data.handwriting import normalise, read_picture, resized
from nnlib.pretrained import FILE, digit_reader, moved, sampled, trained


@pytest.fixture(scope="module")
def digits():
    return load_mnist(scaled=True)[1]


@pytest.fixture(scope="module")
def reader():
    return digit_reader()


def read(reader, pictures):
    return reader.forward(np.reshape(pictures, (-1, 784))).argmax(axis=1)


# normalise


def test_digits_of_mnist_come_back_unchanged(digits, reader):
    X, y = digits[0][:2000], digits[1][:2000]
    made = np.array([normalise(picture) for picture in X])
    assert np.abs(made - X).mean() < 5e-4
    assert np.mean(np.abs(made - X).max(axis=(1, 2)) < 1e-6) > 0.8  # the others lose a fringe of faint ink
    assert abs(np.mean(read(reader, made) == y) - np.mean(read(reader, X) == y)) < 0.01


@pytest.mark.parametrize("side", [42, 100, 300])
def test_enlarged_and_shifted_digits_come_back(digits, reader, side):
    X, y = digits[0][:100], digits[1][:100]
    made = []
    for picture in X:
        sheet = np.zeros((2 * side, side + 30))
        sheet[5 : 5 + side, 20 : 20 + side] = resized(picture, side, side)
        made.append(normalise(sheet))
    assert np.abs(np.array(made) - X).mean() < 0.05  # another digit differs by 0.15: made large it is a little blurred
    assert np.mean(read(reader, made) == y) >= 0.97


def test_where_it_stands_and_how_dark_it_is_make_no_difference(digits):
    picture, sheet = digits[0][0], np.zeros((90, 70))
    sheet[50:78, 3:31] = picture
    np.testing.assert_allclose(normalise(sheet), normalise(picture), atol=1e-9)
    np.testing.assert_allclose(normalise(sheet / 2), normalise(picture) / 2, atol=1e-9)


@pytest.mark.parametrize("shape", [(20, 20), (1, 1000), (1000, 1), (7, 3), (1, 1)])
def test_a_full_block_fits_the_box_in_the_middle(shape):
    rows, columns = np.nonzero(normalise(np.ones(shape)))
    for found, size in zip((rows, columns), shape, strict=True):
        extent = found.max() + 1 - found.min()
        assert extent == max(1, round(20 * size / max(shape)))
        assert abs((found.max() + found.min()) / 2 - 14) <= 0.5


def test_a_heavy_end_cannot_push_the_ink_out_of_the_picture():
    picture = np.zeros((20, 20))
    picture[0, :], picture[:, 0], picture[19, 19] = 1, 1, 0.2
    assert normalise(picture).sum() == pytest.approx(picture.sum())


def test_blank_stays_blank():
    np.testing.assert_array_equal(normalise(np.zeros((50, 40))), np.zeros((28, 28)))


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        (np.zeros((28, 28, 3)), r"expected a picture \(height, width\), got float64 of shape \(28, 28, 3\)"),
        (np.zeros((0, 5)), r"got float64 of shape \(0, 5\)"),
        (np.array([["a"]]), "expected a picture"),
        (np.full((5, 5), np.nan), "expected ink from 0 to 1, got nan to nan"),
        (np.full((5, 5), 255, np.uint8), "got 255 to 255: divide by 255 first?"),
        (np.full((5, 5), -0.1), "got -0.1 to -0.1"),
    ],
)
def test_what_is_no_picture_is_refused(picture, says):
    with pytest.raises(ValueError, match=f"normalise {says}" if says.startswith("expected") else says):
        normalise(picture)


@pytest.mark.parametrize("shape", [(28, 28), (5, 9), (28, 40), (70, 31)])
def test_resized_is_pillows_bilinear(rng, shape):
    picture = rng.random((28, 28)).astype(np.float32)
    theirs = Image.fromarray(picture).resize(shape[::-1], Image.Resampling.BILINEAR)
    np.testing.assert_allclose(resized(picture, *shape), np.asarray(theirs), atol=1e-5)


# read_picture


def file_of(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def drawn(mode="L", ink="black", paper="white", size=(120, 80)):
    image = Image.new("RGB", size, paper)
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 10, 29, 59), fill=ink)
    return image.convert(mode)


EXPECTED = np.zeros((80, 120))
EXPECTED[10:60, 20:30] = 1


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
@pytest.mark.parametrize("colours", [("black", "white"), ("white", "black")])
def test_ink_is_found_in_each_mode_dark_on_light_and_light_on_dark(mode, colours):
    image = drawn("L", *colours)
    made = Image.fromarray(np.asarray(image).astype(np.uint16) * 200) if mode == "I;16" else image.convert(mode)
    np.testing.assert_allclose(read_picture(file_of(made)), EXPECTED, atol=1e-6)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_formats_and_colours(kind):
    picture = read_picture(file_of(drawn("RGB", "navy", "lightyellow"), kind))
    assert np.abs(picture - EXPECTED).mean() < 0.02


def test_cmyk_and_transparent_paper():
    np.testing.assert_allclose(read_picture(file_of(drawn("CMYK"), "TIFF")), EXPECTED, atol=1e-6)
    clear = drawn("RGBA")
    clear.putalpha(Image.fromarray(np.uint8(255 * EXPECTED)))
    np.testing.assert_allclose(read_picture(file_of(clear)), EXPECTED, atol=1e-6)


def test_a_photograph_turned_by_a_note_in_its_file():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    picture = read_picture(file_of(drawn(), "JPEG", quality=95, exif=exif))
    assert picture.shape == (120, 80)
    np.testing.assert_allclose(picture, np.rot90(EXPECTED, -1), atol=0.2)


def test_uneven_light_and_grain_are_paper(rng, digits, reader):
    X, y = digits[0][:60], digits[1][:60]
    light = np.linspace(170, 200, 300)[:, None] + rng.normal(0, 4, (300, 300))
    answers = []
    for picture in X:
        grey = light.copy()
        grey[60:240, 80:260] -= 110 * resized(picture, 180, 180)
        found = read_picture(file_of(Image.fromarray(np.uint8(np.clip(grey, 0, 255))), "JPEG"))
        answers.append(read(reader, normalise(found))[0])
    assert np.mean(answers == y) > 0.9


def test_plain_paper_is_blank():
    assert not read_picture(file_of(Image.new("L", (50, 50), 200))).any()
    assert not read_picture(file_of(Image.new("L", (1, 1), 0))).any()


def test_large_pictures_become_smaller():
    assert read_picture(file_of(drawn(size=(1200, 600)))).shape == (128, 256)


@pytest.mark.parametrize("side", [4500, 20_000])  # below and above Pillow's own limit
def test_too_many_pixels_are_refused_before_they_are_decoded(side):
    content = file_of(Image.new("1", (side, side)))[:200]  # the header only: to decode it would fail in another way
    with pytest.raises(ValueError, match=r"expected a picture of at most 20,000,000 pixels, got a larger one"):
        read_picture(content)


@pytest.mark.parametrize("content", [b"", b"hello", b"<svg/>", file_of(drawn())[:-60], bytes(1000)])
def test_what_is_no_image_is_said(content):
    with pytest.raises(ValueError, match="expected an image file such as PNG or JPEG, got"):
        read_picture(content)


# The trained net


def test_the_trained_net_reads_the_test_digits(digits, reader):
    X, y = digits
    assert evaluate(reader, X.reshape(len(X), 784), y).accuracy >= 0.98
    assert FILE.stat().st_size < 450_000
    assert reader.params.dtype == np.float32
    assert digit_reader() is not reader  # who goes on training it spoils nobody's


def test_sampled_between_pixels(rng):
    X = rng.random((2, 28, 28)).astype(np.float32)
    rows, columns = np.indices((28, 28)).reshape(2, 1, 784) * np.ones((1, 2, 1))
    np.testing.assert_allclose(sampled(X, rows, columns), X.reshape(2, 784), atol=1e-6)
    between = sampled(X, rows + 0.5, columns + 0.25).reshape(2, 28, 28)[:, :-1, :-1]
    left, right = X[:, :-1] + X[:, 1:], X[:, :-1] + X[:, 1:]
    np.testing.assert_allclose(between, (0.75 * left[:, :, :-1] + 0.25 * right[:, :, 1:]) / 2, atol=1e-6)
    assert not sampled(X, rows + 99, columns).any()


def test_moved_digits_are_a_little_different(digits, reader, rng):
    X, y = digits[0][:1000].reshape(1000, 784), digits[1][:1000]
    made = moved(X, rng)
    assert made.dtype == np.float32
    assert 0.02 < np.abs(made - X).mean() < 0.12
    assert np.mean(read(reader, made) == y) > 0.95


@pytest.mark.notebook
def test_training_it_anew(capsys, digits):
    X, y = digits
    assert evaluate(trained(epochs=1), X.reshape(len(X), 784), y).accuracy > 0.95
    assert "epoch  1: test accuracy 9" in capsys.readouterr().out
