"""Makes the golden numbers that the tests hold maas against, from scikit-learn and Python's own Unicode tables.

usage: make.py            writes sklearn.json beside this file
       make.py --check    computes everything again and compares it with sklearn.json (exit 1 on a difference)
       make.py --objective TRAIN.csv[.gz] TEST.csv[.gz]
                          prints TfidfVectorizer() + LogisticRegression(tol=1e-6) on a data set as JSON
"""
import json
import pathlib
import sys
import unicodedata
import warnings

import numpy as np
import pandas as pd
import sklearn
from scipy.stats import binomtest
from sklearn import metrics
from sklearn.calibration import CalibratedClassifierCV
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import ComplementNB, MultinomialNB
from sklearn.preprocessing import StandardScaler

HERE = pathlib.Path(__file__).parent
TICKETS = HERE.parent.parent / "data" / "tickets.csv"

TEXTS = [
    "The quick brown fox jumps over the lazy dog; the dog sleeps.",
    "Quick! A fox, a FOX... and _under_scored words like x_1, 3.14 and 2nd.",
    "constructor __proto__ toString constructor hasOwnProperty",
    "naïve café Straße ΣΊΣΥΦΟΣ ΟΔΟΣ İstanbul ǅungla ﬁne",
    "मेरा ऑर्डर कहाँ है? สินค้าของฉันอยู่ที่ไหน",
    "我的订单在哪里？注文はどこですか 주문은 어디에",
    "tabs\tand\nnew\r\nlines  and\u00a0non-breaking\u2003spaces\x1cseparators\x85next",
    "emoji 😀😀 family 👩‍👩‍👧 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐐨𐐩 and \ue000private \uffeehalf",
    "don't stop: e-mail me@example.invalid, it's 50% off!!!",
    "",
    "a b c",
    "dog dog dog dog fox fox cat",
]

VARIANTS = {
    "defaults": {},
    "bigrams": {"ngram_range": (1, 2)},
    "only trigrams": {"ngram_range": (3, 3)},
    "char": {"analyzer": "char", "ngram_range": (1, 3)},
    "char 2": {"analyzer": "char", "ngram_range": (2, 2)},
    "char_wb": {"analyzer": "char_wb", "ngram_range": (2, 5)},
    "sublinear l1": {"sublinear_tf": True, "norm": "l1"},
    "no norm, no smoothing": {"norm": None, "smooth_idf": False},
    "no idf, l1": {"use_idf": False, "norm": "l1"},
    "min_df 2": {"min_df": 2},
    "max_df share": {"max_df": 0.2, "min_df": 0.1},
    "max_df count": {"max_df": 2},
    "max_features": {"max_features": 3},
    "stop words": {"stop_words": ["the", "and", "fox"], "ngram_range": (1, 2)},
    "case kept": {"lowercase": False},
}


def ranges(holds):
    """Code points for which `holds`, as [first, last] pairs; surrogates left out."""
    found = []
    for cp in range(0x110000):
        if 0xD800 <= cp <= 0xDFFF or not holds(chr(cp)):
            continue
        if found and found[-1][1] == cp - 1:
            found[-1][1] = cp
        else:
            found.append([cp, cp])
    return found


def unicode_tables():
    import re

    word, space = re.compile(r"\w"), re.compile(r"\s")
    return {
        "version": unicodedata.unidata_version,
        "assigned": ranges(lambda c: unicodedata.category(c) != "Cn"),
        "word": ranges(word.match),
        "space": ranges(space.match),
        "lower": {f"{cp:x}": chr(cp).lower() for cp in range(0x110000) if not 0xD800 <= cp <= 0xDFFF and chr(cp).lower() != chr(cp)},
    }


HASHING = {
    "defaults": {},
    "few columns": {"n_features": 7},
    "counts of pairs": {"ngram_range": (1, 2), "n_features": 1000, "norm": None},
    "characters, l1": {"analyzer": "char", "ngram_range": (2, 3), "norm": "l1", "n_features": 300},
}


def hashers():
    out = {}
    for name, options in HASHING.items():
        x = HashingVectorizer(**options).transform(TEXTS)
        x.sort_indices()
        out[name] = {
            "options": options,
            "indptr": x.indptr.tolist(),
            "indices": x.indices.tolist(),
            "values": x.data.tolist(),
        }
    return out


def vectorizers():
    out = {}
    for name, options in VARIANTS.items():
        v = TfidfVectorizer(**options)
        x = v.fit_transform(TEXTS)
        x.sort_indices()
        out[name] = {
            "options": options,
            "terms": v.get_feature_names_out().tolist(),
            "idf": v.idf_.tolist() if v.use_idf else [1.0] * x.shape[1],
            "indptr": x.indptr.tolist(),
            "indices": x.indices.tolist(),
            "values": x.data.tolist(),
        }
    return out


NAIVE_BAYES = {
    "multinomial": (MultinomialNB, {}),
    "multinomial, alpha 0.1": (MultinomialNB, {"alpha": 0.1}),
    "complement": (ComplementNB, {}),
    "complement, alpha 0.3": (ComplementNB, {"alpha": 0.3}),
    "majority": (DummyClassifier, {"strategy": "prior"}),
}


def counted():
    """Classifiers that count, on the rows of TEXTS."""
    classes = [0, 1, 2, 0, 0, 1, 2, 0, 0, 1, 0, 2]
    x = TfidfVectorizer().fit_transform(TEXTS)
    out = {}
    for name, (kind, options) in NAIVE_BAYES.items():
        for count in (3, 2):
            y = np.minimum(classes, count - 1)
            model = kind(**options).fit(x, y)
            out[f"{name}, {count} classes"] = {
                "kind": kind.__name__,
                "options": {key: value for key, value in options.items() if key == "alpha"},
                "labels": y.tolist(),
                "probabilities": model.predict_proba(x).tolist(),
            }
    return out


def objective(model, x, y, weights=None):
    z = model.decision_function(x)
    k = np.searchsorted(model.classes_, y)
    loss = np.logaddexp(0, z) - k * z if z.ndim == 1 else np.logaddexp.reduce(z, axis=1) - z[np.arange(len(k)), k]
    weights = np.ones(len(k)) if weights is None else weights
    return float((weights * loss).sum() + (model.coef_**2).sum() / (2 * model.C))


def regressions():
    data = pd.read_csv(TICKETS, keep_default_na=False, dtype=str)
    out = {}
    for name, rows, options in [
        ("five classes", data, {}),
        ("five classes, C 10, balanced", data, {"C": 10, "class_weight": "balanced"}),
        ("two classes", data[data.label.isin(["billing", "delivery"])], {}),
        ("two classes, C 0.1, balanced", data[data.label.isin(["billing", "product"])], {"C": 0.1, "class_weight": "balanced"}),
    ]:
        v = TfidfVectorizer()
        x = v.fit_transform(rows.text)
        m = LogisticRegression(tol=1e-8, max_iter=10000, **options).fit(x, rows.label)
        counts = rows.label.value_counts()
        weights = rows.label.map(lambda c: len(rows) / (len(counts) * counts[c])).values if "class_weight" in options else None
        out[name] = {
            "labels": m.classes_.tolist(),
            "options": options,
            "features": x.shape[1],
            "objective": objective(m, x, rows.label, weights),
            "intercept": m.intercept_.tolist(),
            "first_probabilities": m.predict_proba(x[:5]).tolist(),
        }
    return out


def defined(value, is_defined):
    return float(value) if is_defined and not np.isnan(value) else None


def top_accuracy(truth, p, known, k):
    """Labels that are not known are wrong, which scikit-learn's function refuses."""
    if len(known) <= k:
        return None
    own = [known.index(t) if t in known else -1 for t in truth]
    inside = np.array([c >= 0 for c in own])
    labels = list(range(len(known)))
    hits = metrics.top_k_accuracy_score(np.array(own)[inside], p[inside], k=k, labels=labels, normalize=False)
    return float(hits) / len(truth)


def one_vs_rest(function, truth, p, known, is_defined):
    """Of the second of two classes, or the mean over classes that have rows."""
    columns = [1] if len(known) == 2 else [c for c, label in enumerate(known) if label in truth]
    if not is_defined or (len(known) == 2 and known[1] not in truth):
        return None
    return float(np.mean([function(truth == known[c], p[:, c]) for c in columns]))


def calibration_error(confidence, hits, bins=10):
    """Naeini et al. 2015, over bins of equal width that their upper edge belongs to."""
    place = np.maximum(np.ceil(confidence * bins).astype(int) - 1, 0)
    gaps = [abs(hits[place == b].sum() - confidence[place == b].sum()) for b in range(bins)]
    return float(sum(gaps) / len(hits))


def scores():
    rng = np.random.default_rng(7)
    classes = ["a", "b", "c", "d"]
    out = []
    for truth, known in [("aabbccda", classes), ("abcx", classes), ("aaaa", classes[:2]), ("abbbbbbbbb", classes[:2]), ("abcdefgabcdefgxaab", list("abcdefg"))]:
        truth = list(truth)
        p = rng.dirichlet(np.ones(len(known)), len(truth))
        predicted = [known[i] for i in p.argmax(1)]
        inside = np.array([t in known for t in truth])
        kw = {"zero_division": 0}
        own = np.array(truth)[inside]
        hits = (np.array(truth) == np.array(predicted)).astype(float)
        out.append(
            {
                "classes": known,
                "truth": truth,
                "probabilities": p.tolist(),
                "accuracy": metrics.accuracy_score(truth, predicted),
                "f1_macro": metrics.f1_score(truth, predicted, average="macro", **kw),
                "f1_micro": metrics.f1_score(truth, predicted, average="micro", **kw),
                "f1_weighted": metrics.f1_score(truth, predicted, average="weighted", **kw),
                "precision_macro": metrics.precision_score(truth, predicted, average="macro", **kw),
                "recall_macro": metrics.recall_score(truth, predicted, average="macro", **kw),
                **{
                    f"{name}_{average}": function(truth, predicted, average=average, **kw)
                    for name, function in [("precision", metrics.precision_score), ("recall", metrics.recall_score)]
                    for average in ["micro", "weighted"]
                },
                "balanced_accuracy": metrics.recall_score(truth, predicted, labels=sorted(set(truth)), average="macro", **kw),
                "matthews_corrcoef": defined(metrics.matthews_corrcoef(truth, predicted), len(set(truth)) > 1),
                "cohen_kappa": defined(metrics.cohen_kappa_score(truth, predicted), True),
                "log_loss": metrics.log_loss(own, p[inside], labels=known),
                "top_3_accuracy": top_accuracy(truth, p, known, 3),
                "top_5_accuracy": top_accuracy(truth, p, known, 5),
                "roc_auc": one_vs_rest(metrics.roc_auc_score, own, p[inside], known, 0 < len(set(own)) - 1),
                "average_precision": one_vs_rest(metrics.average_precision_score, own, p[inside], known, True),
                "brier_score": metrics.brier_score_loss(own, p[inside], labels=known, **({"pos_label": known[1]} if len(known) == 2 else {})),
                "expected_calibration_error": calibration_error(p.max(1), hits),
            }
        )
    return out


def folds():
    """Rows of each class in each fold. StratifiedKFold numbers classes as it meets them, which these labels follow."""
    rng = np.random.default_rng(7)
    out = []
    for shares, rows, k in [([0.5, 0.5], 10, 2), ([0.9, 0.1], 53, 5), ([0.4, 0.3, 0.2, 0.1], 97, 7), ([0.98, 0.02], 150, 10)]:
        first = [c for c in range(len(shares)) for _ in range(2)]
        labels = first + rng.choice(len(shares), rows - len(first), p=shares).tolist()
        y = np.array(labels)
        held = [h for _, h in StratifiedKFold(k).split(np.zeros((rows, 1)), y)]
        counts = [np.bincount(y[h], minlength=len(shares)).tolist() for h in held]
        out.append({"k": k, "labels": labels, "counts": counts})
    return out


def poolings():
    """Means of made-up word vectors of TEXTS, standardised by the rows that are trained on."""
    analyze = CountVectorizer().build_analyzer()
    tokens = [analyze(text) for text in TEXTS]
    known = sorted({t for row in tokens for t in row})
    words = [w for i, w in enumerate(known) if i % 5]  # every fifth has no vector
    vectors = np.array([[np.sin(1 + 7 * i + d) + 0.3 * d for d in range(4)] for i in range(len(words))], np.float32)
    of = {w: v.astype(float) for w, v in zip(words, vectors)}
    train = list(range(8))
    documents = {w: sum(w in tokens[r] for r in train) for w in words}
    trained = [t for r in train for t in tokens[r]]
    weights = {
        "mean": lambda w: 1,
        "tfidf": lambda w: np.log((1 + len(train)) / (1 + documents[w])) + 1,
        "sif": lambda w: 1e-3 / (1e-3 + trained.count(w) / len(trained)),
    }
    out = {"words": words, "vectors": vectors.tolist(), "train": train, "rows": {}}
    for name, weight in weights.items():
        has = [[t for t in row if t in of] for row in tokens]
        filled = [r for r, row in enumerate(has) if row]
        total = lambda row: len(row) if name == "sif" else sum(weight(t) for t in row)
        x = np.array([sum(weight(t) * of[t] for t in has[r]) / total(has[r]) for r in filled])
        mine = [i for i, r in enumerate(filled) if r in train]
        if name == "sif":
            first = np.linalg.svd(x[mine], full_matrices=False)[2][0]
            x = x - np.outer(x @ first, first)
        x = StandardScaler().fit(x[mine]).transform(x)
        rows = dict(zip(filled, x.tolist()))
        out["rows"][name] = [rows.get(r, []) for r in range(len(TEXTS))]
    return out


def temperatures():
    """Temperatures that scikit-learn fits on rows which a regression has not seen: one that overfits, one that does not."""
    out = []
    for classes, rows, c, weight in [(4, 90, 100, 1.5), (2, 80, 0.01, 1.0), (3, 60, 10, 1.2)]:
        rng = np.random.default_rng(classes)
        y = rng.integers(0, classes, 2 * rows)
        x = rng.normal(size=(2 * rows, 20))
        x[np.arange(2 * rows), y] += weight
        m = LogisticRegression(C=c, max_iter=5000).fit(x[:rows], y[:rows])
        calibrated = CalibratedClassifierCV(FrozenEstimator(m), method="temperature").fit(x[rows:], y[rows:])
        after = calibrated.predict_proba(x[rows:])
        logits = m.decision_function(x[rows:])
        if classes == 2:
            logits = np.column_stack([-logits, logits])
        out.append(
            {
                "logits": logits.tolist(),
                "labels": y[rows:].tolist(),
                "temperature": float(1 / calibrated.calibrated_classifiers_[0].calibrators[0].beta_),
                "log_loss": metrics.log_loss(y[rows:], after),
                "first_probabilities": after[:5].tolist(),
            }
        )
    return out


def mcnemar():
    """Exact p-values of rows that one of two models alone is right about."""
    pairs = [(0, 0), (0, 5), (0, 6), (3, 3), (2, 22), (7, 15), (120, 90), (700, 820), (3000, 2900), (10, 150)]
    return [[b, c, float(binomtest(b, b + c, 0.5).pvalue) if b + c else 1.0] for b, c in pairs]


def wilson():
    """95 % intervals of proportions."""
    pairs = [(0, 1), (3, 3), (0, 5), (1, 4), (48, 80), (56, 70), (9990, 10000)]
    intervals = [binomtest(k, n).proportion_ci(method="wilson") for k, n in pairs]
    return [[k, n, float(i.low), float(i.high)] for (k, n), i in zip(pairs, intervals)]


def slices():
    """Figures of rows that are divided by the quartiles of a number, which has ties, and by a value."""
    rng = np.random.default_rng(11)
    out = []
    for n, numbers in [(200, rng.integers(1, 500, 200) / 4), (90, rng.geometric(0.4, 90).astype(float)), (60, rng.normal(0, 1e3, 60))]:
        rows = pd.DataFrame({"number": numbers, "value": rng.choice(list("xyz"), n), "truth": rng.integers(0, 3, n)})
        rows["predicted"] = np.where(rng.random(n) < 0.6, rows.truth, rng.integers(0, 3, n))
        rows["quarter"] = pd.qcut(rows.number, 4, labels=False, duplicates="drop")
        figures = [
            [by, float(group.number.min()), float(group.number.max()), value, len(group)]
            + [metrics.accuracy_score(group.truth, group.predicted)]
            + [metrics.f1_score(group.truth, group.predicted, average="macro", zero_division=0)]
            + [float((group.truth == group.predicted).mean() - (rest.truth == rest.predicted).mean())]
            for by in ["quarter", "value"]
            for value, group in rows.groupby(by)
            for rest in [rows.drop(group.index)]
        ]
        columns = {name: rows[name].tolist() for name in ["number", "value", "truth", "predicted"]}
        out.append({**columns, "slices": figures})
    return out


def curves():
    """Points of the ROC curve and of the precision-recall curve, one for each score that occurs, ties among them."""
    rng = np.random.default_rng(5)
    out = []
    for rows, digits in [(2, 2), (40, 1), (60, 12)]:
        truth = np.concatenate([[0, 1], rng.integers(0, 2, rows - 2)])
        scores = np.round(np.clip(rng.normal(0.4 + 0.2 * truth, 0.2), 0, 1), digits)
        fpr, tpr, _ = metrics.roc_curve(truth, scores, drop_intermediate=False)
        precision, recall, _ = metrics.precision_recall_curve(truth, scores)
        out.append({"truth": truth.tolist(), "scores": scores.tolist(), "fpr": fpr.tolist(), "tpr": tpr.tolist(), "precision": precision.tolist(), "recall": recall.tolist()})
    return out


def data_set(train, test):
    read = lambda f: pd.read_csv(f, keep_default_na=False, dtype=str)
    train, test = read(train), read(test)
    v = TfidfVectorizer()
    x = v.fit_transform(train.text)
    m = LogisticRegression(tol=1e-6, max_iter=5000).fit(x, train.label)
    return {
        "features": x.shape[1],
        "non_zeros": int(x.nnz),
        "objective": objective(m, x, train.label),
        "accuracy": float((m.predict(v.transform(test.text)) == test.label).mean()),
    }


def make():
    return {
        "made_by": f"scikit-learn {sklearn.__version__}",
        "texts": TEXTS,
        "unicode": unicode_tables(),
        "vectorizers": vectorizers(),
        "hashers": hashers(),
        "poolings": poolings(),
        "regressions": regressions(),
        "counted": counted(),
        "metrics": scores(),
        "folds": folds(),
        "temperatures": temperatures(),
        "mcnemar": mcnemar(),
        "wilson": wilson(),
        "slices": slices(),
        "curves": curves(),
    }


def differences(a, b, path=""):
    """Where two JSON values differ by more than rounding."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(a.keys() | b.keys()):
            yield from differences(a.get(key), b.get(key), f"{path}/{key}")
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            yield from differences(x, y, f"{path}/{i}")
    elif isinstance(a, float) or isinstance(b, float):
        if a is None or b is None or abs(a - b) > 1e-5 * max(1, abs(a)):
            yield f"{path}: {a} and {b}"
    elif a != b:
        yield f"{path}: {a!r} and {b!r}"


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    if sys.argv[1:2] == ["--objective"]:
        print(json.dumps(data_set(*sys.argv[2:4])))
        sys.exit(0)
    made = json.loads(json.dumps(make()))
    target = HERE / "sklearn.json"
    if sys.argv[1:] == ["--check"]:
        stored = json.loads(target.read_text(encoding="utf-8"))
        if made["unicode"]["version"] != stored["unicode"]["version"]:
            made["unicode"] = stored["unicode"]  # another Python; its tables cannot be compared
        found = list(differences(stored, made))
        print("\n".join(found[:20]) or f"the golden numbers are those of {made['made_by']}")
        sys.exit(1 if found else 0)
    target.write_text(json.dumps(made, ensure_ascii=True) + "\n", encoding="utf-8")
