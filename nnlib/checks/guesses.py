"""Why somebody would make the wrong prediction: {notebook: {question: {wrong choice: a sentence}}}.

They are kept apart from the notebooks, which would give the right choice away by what is missing here. The right one
stands nowhere: the notebook computes it. Where a number is asked for, there are no wrong choices.
"""

GUESSES = {
    "00": {
        "[1, 2, 3] * 2 gives": {
            "[2, 4, 6]": (
                "That is what mathematics does with a vector, and NumPy with an array. For a list, * repeats."
            ),
            "an error": (
                "A list cannot be multiplied by 2.5 or by another list. By a whole number it can: it is repeated."
            ),
        },
        "X.max(axis=0) has the shape": {
            "(4,)": (
                "One number for each row sounds natural, but axis 0 counts the rows, and the axis you name goes away."
            ),
            "(1, 3)": "The numbers are those three, but the axis goes away altogether, unless you add keepdims=True.",
        },
        "The two series are": {
            "different": (
                "Two throws of real dice would differ. A seed fixes the whole series, so equal seeds give "
                "equal numbers."
            ),
        },
        "(3, 1) + (4,) gives": {
            "(4, 3)": (
                "Both sizes are there, but the shapes are lined up at their end: the 4 is last, so it stays last."
            ),
            "an error": (
                "Different shapes look as if they cannot be added. A size of 1 fits any size, and so does "
                "a missing one."
            ),
        },
        "(5, 3) + (3,) gives": {
            "(3, 5)": "The order of the larger shape stays: the 3 is lined up with its last size.",
            "(5, 5)": "No size 5 meets another one here: the 3 is lined up with the 3.",
            "an error": "The shapes differ, but at their end 3 meets 3, and a missing size counts as 1.",
        },
        "(5, 3) + (5,) gives": {
            "(3, 5)": "Nothing is turned round: the shapes are lined up at their end, where 3 meets 5.",
            "(5, 3)": (
                "One number for each row is a sensible wish, but the 5 is lined up with the 3, not with the rows."
            ),
            "(5, 5)": "A size is stretched only if it is 1, and the 3 is not.",
        },
        "(5, 3) + (5, 1) gives": {
            "(3, 5)": "Nothing is turned round: the rows stay first.",
            "(5, 5)": "Only the 1 is stretched, and it meets the 3.",
            "an error": "3 and 1 differ, but a size of 1 is stretched to any other.",
        },
        "(5, 1) + (5,) gives": {
            "(3, 5)": "There is no 3 in either shape.",
            "(5, 3)": "There is no 3 in either shape.",
            "an error": (
                "One would hope so. But the 1 is stretched to 5, and the missing size counts as 1 and is stretched too."
            ),
        },
        "The most ink is in a typical": {
            "1": "A 1 is mostly one straight stroke, the shortest way to write a digit.",
            "5": "A 5 has several strokes, but together they are shorter than the closed ring of a 0.",
            "8": "An 8 has two rings, but people write it small and narrow.",
        },
    },
    "01": {
        "When b grows, the line": {
            "turns": "Turning takes another ratio of the weights. The bias adds the same number everywhere.",
        },
        "XOR is learned": {
            "about as fast": (
                "It looks like one more gate. But no straight line has the two 1s on one side and the two "
                "0s on the other."
            ),
            "slowly": (
                "Patience helps where there is something to find. Here no weights are right for all four corners."
            ),
        },
        "With lr = 1.2 it": {
            "is faster": (
                "Larger steps do get there sooner, as long as they do not jump over the lowest point and "
                "land higher up."
            ),
        },
    },
    "02": {
        "Two linear layers in a row can do": {
            "more than one layer": (
                "There are more weights, but a product of matrices is one matrix, so the second layer adds nothing."
            ),
        },
        "Who gets nearer to 0?": {
            "the one that starts more wrong": (
                "A big mistake teaches people most. Here the slope of the cost has a factor that is nearly 0 "
                "where the sigmoid is flat."
            ),
        },
        "The softmax of [1000, 0] comes out as": {
            "[1, 0]": (
                "That is the right value, but exp(1000) is larger than any float, and inf / inf is not a number."
            ),
            "an error": "Python's math.exp(1000) does raise an error. NumPy gives inf with a warning, and goes on.",
        },
        "Which is flat on the largest part?": {
            "Sigmoid": (
                "The sigmoid's slope is never above a quarter, but it falls to 0 more slowly than that of tanh."
            ),
            "ReLU": "Half of it is flat exactly, but the other half is not flat at all.",
        },
    },
    "03": {
        "By this loss, the better answers are": {
            "the right ones": (
                "They would be if each answer met its own target. Shapes (3, 1) and (3,) make each one meet all three."
            ),
        },
        "Of all parameters of 784-30-10, the first layer has": {
            "about half": (
                "Two layers of weights sound like two halves, but the first one has 784 inputs for each "
                "unit, the second 30."
            ),
            "about 80%": "The first layer is larger, but by more than it looks: 784 inputs against 30.",
        },
        "Four neurons start with equal weights. After learning, they are": {
            "all different": (
                "Learning is what tells units apart, but only if they differ at the start: equal units "
                "get equal gradients."
            ),
        },
        "ReLU with Glorot's weights: from layer to layer, the size": {
            "stays about the same": (
                "That is what Glorot's weights are made for, but without an activation that sets half of "
                "the numbers to 0."
            ),
            "grows": (
                "It grows with weights of standard deviation 1. Glorot's are smaller, and ReLU takes half "
                "of the numbers away."
            ),
        },
        "With cross-entropy, the neuron that is more wrong is pushed": {
            "less hard than the other": (
                "So it was with the quadratic cost, whose gradient has the sigmoid's slope as a factor. "
                "It cancels here."
            ),
        },
        "784-16-10, weights from -0.5 to 0.5, untrained: its loss is": {
            "far below ln 10": (
                "It would have to know something for that. It has learned nothing, so it cannot be better "
                "than guessing."
            ),
            "near ln 10": (
                "It reads as many digits as guessing does, but it is sure of its answers, and a sure "
                "wrong answer costs more."
            ),
        },
        "Twice as many bumps, and the largest error": {
            "falls to a quarter": (
                "So it would be with sloping pieces. A flat bump is off by its width times the slope, and "
                "the width halves."
            ),
            "stays": "Each bump is flat and the curve is not, but a narrower bump has less of the curve to miss.",
        },
    },
    "04": {
        "The gradient of L with respect to x is": {
            "the mean, 12": (
                "Two amounts arrive, and one might even them out. But a nudge of x changes L by both ways at once."
            ),
            "the one that came last, 18": (
                "That is what = in place of += computes, the commonest slip in programs of this kind."
            ),
        },
        "In float64, from h = 1e-5 down to h = 1e-12, the error of the slope": {
            "shrinks": (
                "In mathematics it does. A float has about 16 digits, and a small h leaves few of them in "
                "the difference."
            ),
            "stays about the same": (
                "It would if a float had digits without end. The smaller h, the fewer digits are left in "
                "the difference."
            ),
        },
        "With four hidden layers, the gradient of the first is, compared with that of the fourth,": {
            "about a third": "That is less than one layer costs here, and three lie between them.",
            "about a tenth": (
                "One layer costs a factor of about five, but three lie between them, and the factors multiply."
            ),
        },
        "With the first rule, the check fails for": {
            "b2": "The rule is used in both layers, and each layer has a bias.",
            "all four": (
                "A wrong gradient often spoils what lies further left. The bias's gradient goes no "
                "further: only dZ does."
            ),
        },
        "With a wrong transpose in dX, dW and db are wrong in": {
            "layer 2": "Its dX is wrong, but its own dW and db are computed from dZ, without dX.",
            "both layers": "The bug is in both layers, but dX only matters to the layers further to the left.",
        },
        "With normal weights, the bias bug costs, in points of accuracy,": {
            "1 to 5": (
                "A wrong gradient should cost something. These biases hardly matter: without any, the "
                "network does as well."
            ),
            "more than 5": "A wrong gradient looks fatal, but all weights still learn by the right one.",
        },
        "With two hidden tanh units, how many of 20 random starts learn XOR in 300 steps?": {
            "all": "Two units are enough to represent XOR, but that does not mean that the steps find it.",
            "none": "Two units can do it, and a good start gets there.",
        },
    },
    "05": {
        "On this parabola, from w = 0, a walk with lr = 1": {
            "reaches the bottom in one step": "That is what half of this rate does. This one goes twice as far.",
            "flies off": "Any larger rate would. At exactly this one the walk lands as far away on the other side.",
        },
        "The walk that starts on the saddle at exactly y = 0 ends": {
            "in a dip beside the pass": (
                "Lower places are near, but on the line y = 0 the slope along y is exactly 0: nothing "
                "moves it sideways."
            ),
        },
        "From one pass over the data, more is learned by": {
            "few large, exact steps": (
                "Exact gradients sound better, and each one is. But it takes many steps to get anywhere."
            ),
        },
        "With slopes 5, -5, 5, -5, ... and lr = 0.01, step 200 of Adam is": {
            "about 0.01 long": (
                "So it is if the slope keeps its sign. Here the running mean of the slopes nearly cancels."
            ),
            "far longer than 0.01": "Large slopes suggest large steps, but Adam divides by their size.",
        },
    },
    "06": {
        "Which share does ink alone read?": {},
        "Which share is read correctly?": {},
        "Which share is read correctly, prepared as MNIST?": {},
    },
    "07": {
        "The hasty walk gives a slope of": {
            "less than 26": (
                "One might think that some ways are forgotten. None is, but some are walked more than once."
            ),
            "26": (
                "Each way is walked, but u passes on all it has each time something arrives, the earlier amounts again."
            ),
        },
        "After a second call x.grad is": {
            "0": "It would be if a call began by clearing the gradients. This one adds to what is there.",
            "6": "It would be if a call wrote its result. This one adds it to what is there.",
        },
        "Without a reset, x": {
            "stays where it is": "It does get gradients, even more than it should.",
            "comes to rest at 3": (
                "The steps lead there, but the gradients of all earlier steps are still added, and carry x past it."
            ),
        },
        "np.tanh of a Tensor is": {
            "a plain array, nothing recorded": (
                "So it is with most objects. NumPy asks an object first whether it wants to do the work itself."
            ),
            "an error": "NumPy knows nothing of Tensors, but it asks the object, and ours has an answer.",
        },
        "Two layers with ReLU between them draw": {
            "a straight line": "Without ReLU they would. Each unit bends the line where its sum passes 0.",
        },
        "How far from the truth? That is measured in": {
            "line 2": "That line finds in which direction to change each weight, not how wrong the answers are.",
            "line 3": "That line is the optimizer: it changes the weights, and measures nothing.",
        },
    },
}

WHY = {question: why for of_notebook in GUESSES.values() for question, why in of_notebook.items()}
