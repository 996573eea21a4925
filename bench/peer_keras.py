"""The peers of `maas train --model dense`, `--model lstm` and `--model cnn` in Keras, with adam and a softmax: TF-IDF as a dense array and Dense
layers, or embeddings of 64 numbers of the first 40 words of a text, and an LSTM of 64 units or the largest outcomes of 100 filters
each over windows of 3, 4 and 5 words.

usage: peer_keras.py TRAIN TEST HIDDEN|lstm|cnn EPOCHS BATCH SEED      (needs tensorflow, scikit-learn, pandas)
"""
import json
import os
import resource
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.feature_extraction.text import TfidfVectorizer

train, test, hidden, epochs, batch, seed = sys.argv[1:]
tf.keras.utils.set_random_seed(int(seed))
read = lambda path: pd.read_csv(path, keep_default_na=False, dtype=str)
rows, held = read(train), read(test)
labels = sorted(rows.label.unique())
index = {label: i for i, label in enumerate(labels)}
y = rows.label.map(index).to_numpy()
if hidden in ("lstm", "cnn"):
    vectorizer = tf.keras.layers.TextVectorization(max_tokens=10000, output_sequence_length=40)
    vectorizer.adapt(rows.text.to_numpy())
    vectorize = lambda texts: np.asarray(vectorizer(texts.to_numpy()))
    x = vectorize(rows.text)
    layers = [tf.keras.layers.Embedding(10000, 64, mask_zero=hidden == "lstm")]
    if hidden == "lstm":
        layers.append(tf.keras.layers.LSTM(64))
    else:
        embeddings = tf.keras.Input((40, 64))
        filters = [tf.keras.layers.Conv1D(100, width, activation="relu")(embeddings) for width in (3, 4, 5)]
        largest = [tf.keras.layers.GlobalMaxPooling1D()(outcomes) for outcomes in filters]
        layers.append(tf.keras.Model(embeddings, tf.keras.layers.Concatenate()(largest)))
else:
    vectorizer = TfidfVectorizer(max_features=10000, dtype=np.float32)
    x = vectorizer.fit_transform(rows.text).toarray()
    vectorize = lambda texts: vectorizer.transform(texts).toarray()
    layers = [tf.keras.layers.Dense(int(units), activation="relu") for units in hidden.split(",")]
model = tf.keras.Sequential([*layers, tf.keras.layers.Dense(len(labels), activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
start = time.perf_counter()
model.fit(x, y, epochs=int(epochs), batch_size=int(batch), verbose=0)
fit = time.perf_counter() - start
predicted = model.predict(vectorize(held.text), batch_size=512, verbose=0).argmax(axis=1)
print(
    json.dumps(
        {
            "fit": fit,
            "accuracy": float(np.mean([labels[p] == label for p, label in zip(predicted, held.label)])),
            "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "versions": f"TensorFlow {tf.__version__}",
        }
    )
)
