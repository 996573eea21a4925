"""The peer of `maas predict`: a fitted scikit-learn pipeline from disk, a CSV in, a CSV with label and score out.

usage: peer_predict.py fit TRAIN MODEL.joblib | predict MODEL.joblib TEST OUT.csv
"""
import json
import resource
import sys

import joblib
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline


def read(path):
    return pd.read_csv(path, keep_default_na=False, dtype=str)


what, *paths = sys.argv[1:]
if what == "fit":
    train = read(paths[0])
    model = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=200)).fit(train.text, train.label)
    joblib.dump(model, paths[1])
else:
    model = joblib.load(paths[0])
    rows = read(paths[1])
    probabilities = model.predict_proba(rows.text)
    rows["label"] = model.classes_[probabilities.argmax(axis=1)]
    rows["score"] = probabilities.max(axis=1)
    rows.to_csv(paths[2], index=False)
print(json.dumps({"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
