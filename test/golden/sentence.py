"""Makes small sentence models in the layout of Hugging Face, and what onnxruntime and tokenizers make of texts with them.

    python sentence.py <folder> <texts.json>      models `wordpiece` and `unigram`, each with `expected.json`
    python sentence.py <folder> --like-minilm     one of the size of all-MiniLM-L6-v2, for measurements

Weights are drawn with a fixed seed. `wordpiece` is a BERT (mean pooling, L2 norm), `unigram` another way through every choice:
SentencePiece's tokens, the first token's numbers, no norm, no token types.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def encoder_graph(path, *, vocab, dim, heads, layers, inner, positions, types):
    """BERT's encoder: embeddings, then layers of attention and of a network, each added to what came in and normalized."""
    random = np.random.default_rng(7)
    weights, nodes = [], []

    def weight(name, *shape, scale=0.2):
        values = random.normal(0, scale, shape).astype(np.float32)
        weights.append(numpy_helper.from_array(values, name))
        return name

    def constant(name, value):
        weights.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(kind, *inputs, **attributes):
        name = f"{kind}_{len(nodes)}"
        nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def normalized(x, name):
        scale = constant(f"{name}.scale", np.linspace(0.5, 1.5, dim, dtype=np.float32))
        return node("LayerNormalization", x, scale, weight(f"{name}.bias", dim, scale=0.1), epsilon=1e-12)

    def linear(x, name, inputs, outputs):
        product = node("MatMul", x, weight(f"{name}.weight", inputs, outputs, scale=inputs**-0.5))
        return node("Add", product, weight(f"{name}.bias", outputs, scale=0.1))

    ids = node("Gather", weight("words", vocab, dim), "input_ids")
    if types:
        ids = node("Add", ids, node("Gather", weight("types", 2, dim), "token_type_ids"))
    length = node("Gather", node("Shape", "input_ids"), constant("one", np.int64(1)), axis=0)
    places = node("Range", constant("zero", np.int64(0)), length, constant("step", np.int64(1)))
    x = normalized(node("Add", ids, node("Gather", weight("positions", positions, dim), places)), "embeddings")

    mask = node("Cast", node("Unsqueeze", "attention_mask", constant("axes", np.int64([1, 2]))), to=TensorProto.FLOAT)
    away = node("Mul", node("Sub", mask, constant("ones", np.float32(1))), constant("far", np.float32(10000)))
    split = constant("split", np.int64([0, 0, heads, dim // heads]))
    joined = constant("joined", np.int64([0, 0, dim]))
    for layer in range(layers):
        name = f"layer.{layer}"
        query, key, value = (
            node("Transpose", node("Reshape", linear(x, f"{name}.{part}", dim, dim), split), perm=perm)
            for part, perm in [("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3])]
        )
        scores = node("Mul", node("MatMul", query, key), constant(f"{name}.root", np.float32((dim // heads) ** -0.5)))
        shares = node("Softmax", node("Add", scores, away), axis=-1)
        seen = node("Reshape", node("Transpose", node("MatMul", shares, value), perm=[0, 2, 1, 3]), joined)
        x = normalized(node("Add", x, linear(seen, f"{name}.out", dim, dim)), f"{name}.attended")
        inside = linear(x, f"{name}.in", dim, inner)
        half = node("Mul", inside, constant(f"{name}.half", np.float32(0.5)))
        erf = node("Erf", node("Mul", inside, constant(f"{name}.sqrt", np.float32(0.5**0.5))))
        gelu = node("Mul", half, node("Add", erf, constant(f"{name}.unit", np.float32(1))))
        x = normalized(node("Add", x, linear(gelu, f"{name}.back", inner, dim)), f"{name}.left")
    nodes.append(helper.make_node("Identity", [x], ["last_hidden_state"]))

    names = ["input_ids", "attention_mask"] + (["token_type_ids"] if types else [])
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"]) for name in names]
    outputs = [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "length", dim])]
    graph = helper.make_graph(nodes, "encoder", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)


def wordpiece(texts, size):
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=size, special_tokens=special))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def unigram(texts, size):
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(" {2,}", " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(vocab_size=size, special_tokens=special, unk_token="<unk>")
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")


def expected(folder, tokenizer, texts, *, most, first, normalize):
    """What the peers say, one text at a time: tokens and embedding of each."""
    import onnxruntime

    session = onnxruntime.InferenceSession(next(folder.rglob("model.onnx")))
    named = {given.name for given in session.get_inputs()}
    tokenizer.enable_truncation(most)
    rows = []
    for text in texts:
        ids = tokenizer.encode(text).ids
        row = np.array([ids], dtype=np.int64)
        feeds = {"input_ids": row, "attention_mask": np.ones_like(row), "token_type_ids": np.zeros_like(row)}
        [hidden] = session.run(["last_hidden_state"], {name: feeds[name] for name in named})
        pooled = hidden[0, 0] if first else hidden[0].mean(axis=0)
        if normalize:
            pooled = pooled / np.linalg.norm(pooled)
        rows.append({"ids": ids, "embedding": [float(value) for value in pooled]})
    write(folder / "expected.json", rows)


MODULE = "sentence_transformers.models"


def small(folder, texts):
    odd = json.loads(json.dumps(texts))
    words = wordpiece(texts, 700)
    path = folder / "wordpiece"
    encoder_graph(
        path / "onnx" / "model.onnx", vocab=words.get_vocab_size(), dim=32, heads=4, layers=2, inner=64, positions=40, types=True
    )
    words.save(str(path / "tokenizer.json"))
    write(path / "config.json", {"model_type": "bert", "hidden_size": 32, "max_position_embeddings": 40})
    write(path / "sentence_bert_config.json", {"max_seq_length": 24, "do_lower_case": False})
    write(path / "tokenizer_config.json", {"tokenizer_class": "BertTokenizer", "model_max_length": 40})
    write(path / "1_Pooling" / "config.json", {"word_embedding_dimension": 32, "pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False})
    names = ["Transformer", "Pooling", "Normalize"]
    paths = ["", "1_Pooling", "2_Normalize"]
    write(path / "modules.json", [{"idx": i, "name": str(i), "path": paths[i], "type": f"{MODULE}.{name}"} for i, name in enumerate(names)])
    expected(path, words, odd, most=24, first=False, normalize=True)

    pieces = unigram(texts, 700)
    path = folder / "unigram"
    encoder_graph(
        path / "model.onnx", vocab=pieces.get_vocab_size(), dim=24, heads=2, layers=1, inner=48, positions=34, types=False
    )
    pieces.save(str(path / "tokenizer.json"))
    # as XLM-RoBERTa counts its places, from behind the one of padding on
    write(path / "config.json", {"model_type": "xlm-roberta", "hidden_size": 24, "max_position_embeddings": 34, "pad_token_id": 1})
    write(path / "1_Pooling" / "config.json", {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False})
    expected(path, pieces, odd, most=32, first=True, normalize=False)


def like_minilm(folder):
    words = wordpiece(["the parcel was late"], 100)
    encoder_graph(folder / "onnx" / "model.onnx", vocab=30522, dim=384, heads=12, layers=6, inner=1536, positions=512, types=True)
    words.save(str(folder / "tokenizer.json"))
    write(folder / "config.json", {"model_type": "bert", "hidden_size": 384, "max_position_embeddings": 512})


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    if sys.argv[2] == "--like-minilm":
        like_minilm(folder)
    else:
        small(folder, json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")))
