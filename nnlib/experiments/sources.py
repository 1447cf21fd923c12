"""Who published what the course reproduces: author, title, date and place, as far as the pages say."""

from nnlib.experiments.definition import Source

NO_AUTHOR, NO_DATE = "author not named", "no date"

S0 = Source(
    "GitHub user vipulrai91",
    "We will be building a simple neural network to classify digits from scratch",
    NO_DATE,
    "a blog, code in gists on GitHub; after Chollet, Deep Learning with Python, 2nd edition",
)
S1 = Source(NO_AUTHOR, "Building a super simple Neural Network in Python", NO_DATE, "a blog")
S2 = Source(
    "GitHub user kuds",
    "Building a Neural Networks From Scratch: An implementation of a Neural Network using Numpy",
    NO_DATE,
    "a blog, code in the repository NeuralNetworks on GitHub",
)
S3 = Source(
    NO_AUTHOR,
    "MNIST dataset classification using Keras, and a basic introduction to neural networks",
    "figures of July 2019",
    "a blog",
)
S4 = Source("Yuval", "Building a Neural Network From Scratch", "2021-12-23", "a blog")
HOMEWORK = Source(
    "Zico Kolter and Tianqi Chen",
    "Deep Learning Systems (Carnegie Mellon University, 10-714), homework 0",
    "2022",
    "https://github.com/dlsyscourse/hw0",
)
MICROGRAD = Source("Andrej Karpathy", "micrograd, README", "2020", "https://github.com/karpathy/micrograd")
OURS = Source("the authors of this course", "Neural networks from scratch, notebook 6", "2026", "here")
OURS_4 = OURS._replace(
    title="Neural networks from scratch, notebook 4; the bugs are S4's bias rule and the mask of numpy-tutorials"
)


def chapter(number, file=None):
    """Return the Source of a chapter of Nielsen's book and, where he kept the run, of the file that holds it."""
    address = f"http://neuralnetworksanddeeplearning.com/chap{number}.html"
    kept = f" and https://github.com/mnielsen/neural-networks-and-deep-learning, {file}" if file else ""
    title = f"Neural Networks and Deep Learning, chapter {number}"
    return Source("Michael Nielsen", title, "2015", address + kept)
