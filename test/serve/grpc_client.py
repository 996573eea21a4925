"""Asks a service with stubs generated from the published protocol files, and prints what came back as JSON.

usage: python grpc_client.py FOLDER_OF_PROTOS ADDRESS KEY MAX_TEXTS
"""

import json
import struct
import sys
import tempfile

import grpc
from grpc_tools import protoc

protos, address, key, max_texts = sys.argv[1:5]
made = tempfile.mkdtemp()
files = ["open_inference.proto", "grpc_health.proto"]
assert protoc.main(["", f"-I{protos}", f"--python_out={made}", f"--grpc_python_out={made}", *files]) == 0
sys.path.insert(0, made)
import grpc_health_pb2 as health  # noqa: E402
import grpc_health_pb2_grpc  # noqa: E402
import open_inference_pb2 as pb  # noqa: E402
import open_inference_pb2_grpc  # noqa: E402

channel = grpc.insecure_channel(address)
service = open_inference_pb2_grpc.GRPCInferenceServiceStub(channel)
probe = grpc_health_pb2_grpc.HealthStub(channel)
allowed = [("authorization", f"Bearer {key}"), ("x-request-id", "mine")]


def infer(texts=(), model="tickets", shape=None, metadata=allowed, timeout=20, **given):
    name, datatype = given.pop("name", "text"), given.pop("datatype", "BYTES")
    count = len(texts) if shape is None else 0
    tensor = pb.ModelInferRequest.InferInputTensor(name=name, datatype=datatype, shape=shape or [count])
    tensor.contents.bytes_contents.extend(t if isinstance(t, bytes) else t.encode() for t in texts)
    request = pb.ModelInferRequest(model_name=model, inputs=[tensor], **given)
    return service.ModelInfer(request, metadata=metadata, timeout=timeout)


def plain(response):
    contents = {
        "BYTES": lambda c: [b.decode() for b in c.bytes_contents],
        "FP64": lambda c: list(c.fp64_contents),
    }
    return {
        "model": [response.model_name, response.model_version, response.id],
        "raw": [len(raw) for raw in response.raw_output_contents],
        "outputs": {
            o.name: [o.datatype, list(o.shape), contents[o.datatype](o.contents)] for o in response.outputs
        },
        "labels": {o.name: json.loads(o.parameters["labels"].string_param) for o in response.outputs if o.parameters},
    }


def refused(ask):
    try:
        ask()
    except grpc.RpcError as error:
        return [error.code().name, error.details()]
    return ["OK", None]


def raw_infer(texts):
    raw = b"".join(struct.pack("<I", len(t.encode())) + t.encode() for t in texts)
    response = infer(shape=[len(texts), 1], raw_input_contents=[raw])
    label, score, scores = response.raw_output_contents
    labels = []
    while label:
        (length,) = struct.unpack_from("<I", label)
        labels.append(label[4 : 4 + length].decode())
        label = label[4 + length :]
    return {
        "label": labels,
        "score": list(struct.unpack(f"<{len(texts)}d", score)),
        "scores": list(struct.unpack(f"<{len(scores) // 8}d", scores)),
        "contents": [len(o.contents.bytes_contents) + len(o.contents.fp64_contents) for o in response.outputs],
    }


texts = json.load(sys.stdin)
metadata = service.ModelMetadata(pb.ModelMetadataRequest(name="tickets"), metadata=allowed)
found = {
    "live": service.ServerLive(pb.ServerLiveRequest()).live,
    "ready": service.ServerReady(pb.ServerReadyRequest()).ready,
    "modelReady": service.ModelReady(pb.ModelReadyRequest(name="tickets", version="1")).ready,
    "health": [
        probe.Check(health.HealthCheckRequest(service=name)).status
        for name in ["", "inference.GRPCInferenceService"]
    ],
    "server": service.ServerMetadata(pb.ServerMetadataRequest(), metadata=allowed).name,
    "metadata": {
        "versions": list(metadata.versions),
        "inputs": [[t.name, t.datatype, list(t.shape)] for t in metadata.inputs],
        "outputs": [[t.name, t.datatype, list(t.shape)] for t in metadata.outputs],
    },
    "all": plain(infer(texts, id="seven")),
    "some": plain(
        infer(
            texts,
            model_version="1",
            outputs=[pb.ModelInferRequest.InferRequestedOutputTensor(name=n) for n in ["score", "label"]],
        )
    ),
    "raw": raw_infer(texts),
    "refused": {
        "no key": refused(lambda: infer(texts, metadata=[])),
        "wrong key": refused(lambda: infer(texts, metadata=[("authorization", "Bearer no")])),
        "no model": refused(lambda: infer(texts, model="other")),
        "no version": refused(lambda: infer(texts, model_version="9")),
        "no model to be ready": refused(lambda: service.ModelReady(pb.ModelReadyRequest(name="other"))),
        "name": refused(lambda: infer(texts, name="texts")),
        "datatype": refused(lambda: infer(texts, datatype="FP32")),
        "no inputs": refused(lambda: service.ModelInfer(pb.ModelInferRequest(model_name="tickets"), metadata=allowed)),
        "shape": refused(lambda: infer(texts, shape=[len(texts) + 1])),
        "flat shape": refused(lambda: infer(texts, shape=[1, len(texts)])),
        "utf-8": refused(lambda: infer([b"good", b"\xff\xfe"])),
        "output": refused(
            lambda: infer(texts, outputs=[pb.ModelInferRequest.InferRequestedOutputTensor(name="logits")])
        ),
        "both": refused(lambda: infer(texts, raw_input_contents=[b"\0\0\0\0"])),
        "truncated": refused(lambda: infer(shape=[1], raw_input_contents=[b"\x09\0\0\0abc"])),
        "many": refused(lambda: infer(["a"] * (int(max_texts) + 1))),
        "large": refused(lambda: infer(["a" * 200_000])),
        "health": refused(lambda: probe.Check(health.HealthCheckRequest(service="other"))),
    },
    "after": plain(infer(texts))["outputs"]["label"][2],
}
print(json.dumps(found), flush=True)

watching = probe.Watch(health.HealthCheckRequest())
print(next(watching).status, flush=True)
print(next(watching).status, flush=True)
print(len(list(watching)), flush=True)
