"""Makes the golden numbers of training that the tests hold maas against, from Keras: the loss of each step of small networks on
sequences, from weights and batches that both compute by the same formulas.

usage: make_keras.py            writes keras.json beside this file
       make_keras.py --check    computes everything again and compares it with keras.json (exit 1 on a difference)
"""
import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf
from tensorflow import keras

TARGET = pathlib.Path(__file__).parent / "keras.json"
ROWS, TERMS, DIM, UNITS, BATCH, STEPS, LEARNING_RATE = 60, 40, 5, 6, 8, 60, 0.01

# rows of terms from 2 on, most of which few rows have, so that batches leave rows of the embedding out
SEQUENCES = [[2 + (r * r + 3 * t + r * t) % (6 if t % 2 else TERMS - 2) for t in range(1 + r % 9)] for r in range(ROWS)]

OPTIMIZERS = {
    "adam": lambda: keras.optimizers.Adam(LEARNING_RATE),
    "adamw": lambda: keras.optimizers.AdamW(LEARNING_RATE, weight_decay=0.01),
    "sgd": lambda: keras.optimizers.SGD(LEARNING_RATE),
    "momentum": lambda: keras.optimizers.SGD(LEARNING_RATE, momentum=0.9),
    "rmsprop": lambda: keras.optimizers.RMSprop(LEARNING_RATE),
}

CASES = [
    *({"model": "lstm", "optimizer": name, "classes": 3} for name in OPTIMIZERS),
    {"model": "lstm", "optimizer": "adam", "classes": 2},
    {"model": "lstm", "optimizer": "adam", "classes": 3, "bidirectional": True},
    {"model": "cnn", "optimizer": "adam", "classes": 3},
]


def begin(shape, number):
    """The weights that training begins with, by the number of the array in the model."""
    return (0.3 * np.sin(1.7 * np.arange(np.prod(shape)) + number)).astype(np.float32).reshape(shape)


class WithoutPadding(keras.layers.Layer):
    """Embeddings of padding are 0, as maas has them."""

    def call(self, embedded, numbers):
        return embedded * tf.cast(tf.not_equal(numbers, 0), tf.float32)[:, :, None]


class FirstLargest(keras.layers.Layer):
    """The largest outcome of each filter, whose gradient goes through the first window that has it, as maas has it; that of
    Keras's pooling is divided among equal ones."""

    def call(self, outcomes):
        by_filter = tf.transpose(outcomes, (0, 2, 1))
        return tf.gather(by_filter, tf.argmax(by_filter, -1), batch_dims=2)


def build(model, classes, bidirectional=False, **_):
    numbers = keras.Input((None,), dtype="int32")
    embedded = keras.layers.Embedding(TERMS, DIM, mask_zero=model == "lstm")(numbers)
    if model == "lstm":
        lstm = keras.layers.LSTM(UNITS)
        encoded = (keras.layers.Bidirectional(lstm) if bidirectional else lstm)(embedded)
    else:
        shown = WithoutPadding()(embedded, numbers)
        largest = [
            FirstLargest()(keras.layers.Conv1D(UNITS, width, activation="relu")(shown)) for width in (2, 3)
        ]
        encoded = keras.layers.Concatenate()(largest)
    binary = classes == 2
    scores = keras.layers.Dense(1 if binary else classes, activation="sigmoid" if binary else "softmax")(encoded)
    built = keras.Model(numbers, scores)
    built.set_weights([begin(w.shape, i) for i, w in enumerate(built.get_weights())])
    return built


def losses(case):
    model = build(**case)
    optimizer = OPTIMIZERS[case["optimizer"]]()
    if case["optimizer"] == "adamw":
        optimizer.exclude_from_weight_decay(var_names=["bias"])
    classes = case["classes"]
    loss_of = keras.losses.BinaryCrossentropy() if classes == 2 else keras.losses.SparseCategoricalCrossentropy()
    # windows of a convolution may end behind the longest row
    longest = max(map(len, SEQUENCES)) + 3
    padded = np.array([s + [0] * (longest - len(s)) for s in SEQUENCES], np.int32)
    found = []
    for step in range(STEPS):
        rows = [(step * BATCH + i) % ROWS for i in range(BATCH)]
        labels = np.array([r % classes for r in rows])
        with tf.GradientTape() as tape:
            loss = loss_of(labels[:, None], model(padded[rows], training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        found.append(float(loss))
    return found


def make():
    return {
        "made_by": f"TensorFlow {tf.__version__}, Keras {keras.__version__}",
        "sizes": {"terms": TERMS, "dim": DIM, "units": UNITS, "batch": BATCH, "steps": STEPS, "learningRate": LEARNING_RATE},
        "sequences": SEQUENCES,
        "cases": [{**case, "losses": losses(case)} for case in CASES],
    }


if __name__ == "__main__":
    made = make()
    if sys.argv[1:] == ["--check"]:
        stored = json.loads(TARGET.read_text(encoding="utf-8"))
        pairs = list(zip(stored["cases"], made["cases"], strict=True))
        worst = max(abs(a - b) for old, new in pairs for a, b in zip(old["losses"], new["losses"], strict=True))
        print(f"losses differ by {worst:.1e} at the most from those of {made['made_by']}")
        sys.exit(1 if worst > 1e-5 else 0)
    TARGET.write_text(json.dumps(made) + "\n", encoding="utf-8")
