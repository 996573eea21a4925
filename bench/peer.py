"""The peer of bench/bench.mjs: TfidfVectorizer + LogisticRegression on a CSV, official test set, as one process.

usage: peer.py TRAIN TEST [--C 1] [--ngram-range 1,2] [--analyzer word]
"""
import argparse
import json
import resource

import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

parser = argparse.ArgumentParser()
parser.add_argument("train")
parser.add_argument("test")
parser.add_argument("--C", type=float, default=1.0)
parser.add_argument("--ngram-range", default="1,1")
parser.add_argument("--analyzer", default="word")
given = parser.parse_args()


def read(path):
    return pd.read_csv(path, keep_default_na=False, dtype=str)


train, test = read(given.train), read(given.test)
vectorizer = TfidfVectorizer(analyzer=given.analyzer, ngram_range=tuple(map(int, given.ngram_range.split(","))))
features = vectorizer.fit_transform(train.text)
model = LogisticRegression(C=given.C, max_iter=200).fit(features, train.label)
predicted = model.predict(vectorizer.transform(test.text))
print(
    json.dumps(
        {
            "accuracy": float((predicted == test.label).mean()),
            "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
    )
)
