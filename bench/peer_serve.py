"""The same model as a Flask application: TfidfVectorizer() and LogisticRegression() of scikit-learn, one text to a request.

usage: python peer_serve.py TRAIN_CSV MODEL_FILE            trains, and writes the model
       MODEL=MODEL_FILE gunicorn -w 2 peer_serve:app         answers POST /predict {"text": …}
"""

import os
import sys

import joblib
from flask import Flask, jsonify, request

app = Flask(__name__)
pipeline = joblib.load(os.environ["MODEL"]) if "MODEL" in os.environ else None


@app.post("/predict")
def predict():
    probabilities = pipeline.predict_proba([request.get_json()["text"]])[0]
    best = int(probabilities.argmax())
    return jsonify(
        label=pipeline.classes_[best],
        score=float(probabilities[best]),
        scores=dict(zip(pipeline.classes_, map(float, probabilities))),
    )


if __name__ == "__main__":
    import pandas
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    rows = pandas.read_csv(sys.argv[1], keep_default_na=False)
    model = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=1000))
    model.fit(rows["text"], rows["label"])
    joblib.dump(model, sys.argv[2])
