"""Model sentences for the questions that a reader answers in a sentence: {notebook: {question: model sentence}}.

They are kept apart from the notebooks, so that one's own sentence comes first.
"""

REASONS = {
    "00": {
        "Why is it worth writing down the seed of an experiment?": (
            "Because an experiment counts only if others, and you tomorrow, can repeat it number by number, "
            "and a seed fixes every random number in it."
        ),
        "Why is it worth printing shapes when a result looks wrong?": (
            "Because NumPy stretches shapes that fit by accident without a word, and then computes something "
            "else than you meant."
        ),
        "Why is it useful to know what guessing reaches before you build a network?": (
            "Because a share of right answers says nothing by itself: only what is clearly above guessing has "
            "been learned."
        ),
    },
    "01": {
        "Why does a larger bias move the line of a neuron, but not turn it?": (
            "Because the bias adds the same number to the sum everywhere, so the border is reached earlier or "
            "later in the same direction, while only the weights say which direction that is."
        ),
        "Why can no single neuron compute XOR?": (
            "Because its border is one straight line, and no straight line has the two corners with a 1 on "
            "one side and the two with a 0 on the other."
        ),
        "Why can a larger learning rate make learning fail?": (
            "Because a step that is too long lands on the other side of the valley, higher up than before, "
            "where the slope and so the next step are larger still."
        ),
    },
    "02": {
        "Why does a network need an activation between its layers?": (
            "Because layers without one multiply out into a single layer, so that more of them can do nothing "
            "that one could not."
        ),
        "Why does the neuron that is more wrong learn more slowly here?": (
            "Because its step is multiplied by the slope of the sigmoid, which is nearly 0 where its answer "
            "is far from 0.5."
        ),
        "Why may a ReLU unit never come back after one large step?": (
            "Because once its sum is negative for every example, its slope is exactly 0, so its weights get "
            "no gradient and stay as they are."
        ),
    },
    "03": {
        "Why does nnlib refuse a prediction of shape (n,) with targets of shape (n, 1)?": (
            "Because the two would be stretched to (n, n), each answer compared with every target, and the "
            "loss would be wrong without an error."
        ),
        "Why are initial weights random and not all 0?": (
            "Because units with equal weights get equal gradients and stay equal, so a layer of them can do "
            "no more than one."
        ),
        "Why does cross-entropy help a neuron that is sure and wrong?": (
            "Because the slope of the sigmoid cancels in its gradient, which is the error itself and so is "
            "largest where the answer is most wrong."
        ),
    },
    "04": {
        "Why do gradients add up where a number is used twice?": (
            "Because a small change of that number changes the loss through both uses at once, and small "
            "effects add up."
        ),
        "Why do the first layers of a deep sigmoid network learn slowly?": (
            "Because on its way back the gradient is multiplied by the sigmoid's slope, at most a quarter, "
            "once for every layer, so little of it arrives."
        ),
        "Why does a good accuracy not prove that the gradients are right?": (
            "Because a network can learn well with some wrong gradients, as these two bugs show; only a "
            "measurement of each gradient tells."
        ),
    },
    "05": {
        "Why does the most sharply curved direction decide which learning rate is stable?": (
            "Because one rate is used for all directions, and where the slope changes fastest a step of that "
            "rate overshoots first."
        ),
        "Why do many noisy steps beat one exact step over the same pictures?": (
            "Because a noisy gradient points roughly the right way at a small part of the price, so the same "
            "pictures pay for many more steps."
        ),
        "Why does Adam step far even where gradients are small?": (
            "Because it divides each gradient by the running size of that same gradient, so that its scale "
            "cancels out of the step."
        ),
    },
    "06": {
        "Why do we measure what ink alone can read before training a network?": (
            "Because it shows how much of the task is solved by something trivial, which the network has to "
            "beat to be worth its work."
        ),
        "Why is the test set used only once, at the very end?": (
            "Because each choice made by looking at it fits that choice to its chance, and then its figure no "
            "longer says how well new digits are read."
        ),
        "Why does a network that reads MNIST fail on other people's digits?": (
            "Because it has only ever seen pictures prepared in one way, of one size, thickness and place, "
            "and nothing taught it that these do not matter."
        ),
    },
    "07": {
        "Why must a node wait for all its users before it passes its gradient on?": (
            "Because what it passes on is the sum of all that arrives, and whatever comes later would be sent "
            "on once more, together with what had gone before."
        ),
        "Why does the tape add gradients up, and not write over them?": (
            "Because a value may be used in several places, and its gradient is the sum over all of them."
        ),
        "Why can an optimizer be exchanged without touching the tape?": (
            "Because the tape only finds gradients, whatever is done with them, and the optimizer only needs "
            "those gradients to move the weights."
        ),
    },
}

MODEL = {question: sentence for of_notebook in REASONS.values() for question, sentence in of_notebook.items()}
