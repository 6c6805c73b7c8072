"""
test/bench/peers.py
    What a user would take instead of conv1d: the works as modules of torch and
    as graphs of ONNX Runtime, with the weights and layouts these like best.

Run as a program it answers a question a line (JSON) on stdin with a line on
stdout, so that whoever asks can put something else between the questions:

    {"do": "prepare", "work": "W2", "peer": "torch", "threads": 1, "seconds": 0.1}
        Time each variant at each batch size, keep the best: {"variant", "batch", "rate", "error"}.
        error: the largest difference to conv1d over the largest of its outputs.
    {"do": "run", "work": "W2", "peer": "torch", "threads": 1, "seconds": 0.5}
        {"rate": series a second}
    {"do": "prepare_client", "work": "W2", "threads": 2, "variant": "eager", "batch": 64}
    {"do": "client", "work": "W2", "threads": 2}
        COPY out of the database, torch, COPY in: {"rate": rows a second}

torch takes (batch, channels, length); its inputs are in that layout before the
clock starts.  Importing this module loads neither torch nor ONNX Runtime.
"""

import json
import os
import sys
import time

import numpy as np

import works

# What a batch may take in its widest layer.
MOST_BYTES = 64 << 20
BATCHES = [16, 64, 4, 256, 1, 1024]

# A variant that is slower than this at the first batch size is out.
HOPE = 0.6


# ---- torch -------------------------------------------------------------------

def without_height(y):
    return y[:, :, 0, :] if y.ndim == 4 else y


def torch_module(work, flat=True):
    """
    The work as a torch module.  flat: of one-dimensional layers; else of
    two-dimensional ones over a height of 1, which oneDNN has more kernels for.
    """
    import torch
    from torch import nn

    def weight(array):
        array = np.ascontiguousarray(array.transpose(2, 1, 0))
        return torch.from_numpy(array if flat else array[:, :, None, :])

    class Crop(nn.Module):
        def __init__(self, length):
            super().__init__()
            self.length = length

        def forward(self, x):
            return x[..., :self.length]

    class Mean(nn.Module):
        def forward(self, x):
            return x.mean(2) if flat else x.mean((2, 3))

    def wide(a, b=0):
        return a if flat else (b, a)

    modules, length = [], work.length
    for layer in work.layers:
        config = layer.config
        if layer.class_name == "Conv1D":
            size, stride, dilation = config["kernel_size"], config.get("strides", 1), config.get("dilation_rate", 1)
            out = {"valid": (length - size) // stride + 1}.get(config["padding"], -(-length // stride))
            lacking = max((out - 1) * stride + (size - 1) * dilation + 1 - length, 0)
            before = {"valid": 0, "same": lacking // 2, "causal": lacking}[config["padding"]]
            after = 0 if config["padding"] == "valid" else lacking - before
            inside = before if before == after else 0
            if before != after:
                modules.append(nn.ConstantPad1d((before, after), 0.0) if flat else nn.ZeroPad2d((before, after, 0, 0)))
            module = (nn.Conv1d if flat else nn.Conv2d)(
                layer.weights[0].shape[1], config["filters"], wide(size, 1), stride=wide(stride, 1),
                padding=wide(inside), dilation=wide(dilation, 1))
            module.weight.data, module.bias.data = weight(layer.weights[0]), torch.from_numpy(layer.weights[1])
            modules.append(module)
            if config["activation"] == "relu":
                modules.append(nn.ReLU(inplace=True))
            length = out
        elif layer.class_name == "Conv1DTranspose":
            size, stride = config["kernel_size"], config["strides"]
            module = (nn.ConvTranspose1d if flat else nn.ConvTranspose2d)(
                layer.weights[0].shape[2], config["filters"], wide(size, 1), stride=wide(stride, 1))
            module.weight.data, module.bias.data = weight(layer.weights[0]), torch.from_numpy(layer.weights[1])
            length *= stride
            modules += [module, Crop(length)]
        elif layer.class_name == "MaxPooling1D":
            modules.append((nn.MaxPool1d if flat else nn.MaxPool2d)(wide(config["pool_size"], 1)))
            length //= config["pool_size"]
        elif layer.class_name == "UpSampling1D":
            modules.append(nn.Upsample(scale_factor=wide(float(config["size"]), 1.0)))
            length *= config["size"]
        elif layer.class_name == "GlobalAveragePooling1D":
            modules.append(Mean())
        elif layer.class_name == "Dense":
            module = nn.Linear(*layer.weights[0].shape)
            module.weight.data, module.bias.data = torch.from_numpy(layer.weights[0].T.copy()), torch.from_numpy(layer.weights[1])
            modules.append(module)
        else:
            raise ValueError(f"{layer.class_name} has no module here")
    return nn.Sequential(*modules).eval()


def without_height(y):
    return y[:, :, 0, :] if y.ndim == 4 else y


def torch_model(work, variant):
    """
    The work as torch runs it in a variant, and how a batch (count, channels,
    length) is given to it: two functions.
    """
    import torch

    if variant == "channels_last":
        square = torch_module(work, flat=False).to(memory_format=torch.channels_last)
        return square, lambda x: x[:, :, None, :].contiguous(memory_format=torch.channels_last)
    model = torch_module(work)
    if variant == "frozen":
        example = torch.zeros(4, work.channels, work.length)
        model = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, example)))
    elif variant == "compiled":
        import torch._inductor.config

        torch._inductor.config.freezing = True
        model = torch.compile(model, dynamic=False)
    return model, lambda x: x


TORCH_VARIANTS = ["eager", "channels_last", "frozen"]


def torch_calls(work, variant, batch):
    """Two functions without arguments: run a batch, and give its output as an array."""
    import torch

    model, to_input = torch_model(work, variant)
    x = to_input(torch.from_numpy(np.ascontiguousarray(work.inputs(batch).transpose(0, 2, 1))))
    for _ in range(3):
        model(x)                        # some optimise when they see their input
    return lambda: model(x), lambda: without_height(model(x).numpy())


# ---- ONNX Runtime ------------------------------------------------------------

def onnx_bytes(work, flat=True):
    """The work as an ONNX model of one- or two-dimensional layers."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants, name, length = [], [], "x", work.length

    def constant(array):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(array), f"c{len(constants)}"))
        return constants[-1].name

    def node(kind, *inputs, **attributes):
        nonlocal name
        nodes.append(helper.make_node(kind, [name, *inputs], [f"t{len(nodes)}"], **attributes))
        name = nodes[-1].output[0]

    def weight(array):
        array = array.transpose(2, 1, 0)
        return constant(array if flat else array[:, :, None, :])

    def wide(a, b=1):
        return [a] if flat else [b, a]

    def pads(before, after):
        return [before, after] if flat else [0, before, 0, after]

    for layer in work.layers:
        config = layer.config
        if layer.class_name == "Conv1D":
            size, stride, dilation = config["kernel_size"], config.get("strides", 1), config.get("dilation_rate", 1)
            valid = config["padding"] == "valid"
            out = (length - size) // stride + 1 if valid else -(-length // stride)
            lacking = 0 if valid else max((out - 1) * stride + (size - 1) * dilation + 1 - length, 0)
            before = lacking if config["padding"] == "causal" else lacking // 2
            node("Conv", weight(layer.weights[0]), constant(layer.weights[1]), kernel_shape=wide(size), strides=wide(stride),
                 dilations=wide(dilation), pads=pads(before, lacking - before))
            if config["activation"] == "relu":
                node("Relu")
            length = out
        elif layer.class_name == "Conv1DTranspose":
            size, stride = config["kernel_size"], config["strides"]
            node("ConvTranspose", weight(layer.weights[0]), constant(layer.weights[1]), kernel_shape=wide(size),
                 strides=wide(stride), pads=pads(0, size - stride))
            length *= stride
        elif layer.class_name == "MaxPooling1D":
            node("MaxPool", kernel_shape=wide(config["pool_size"]), strides=wide(config["pool_size"]))
            length //= config["pool_size"]
        elif layer.class_name == "UpSampling1D":
            scales = np.array([1, 1] + wide(config["size"]), np.float32)
            node("Resize", "", constant(scales), mode="nearest", coordinate_transformation_mode="asymmetric",
                 nearest_mode="floor")
            length *= config["size"]
        elif layer.class_name == "GlobalAveragePooling1D":
            node("GlobalAveragePool")
            node("Flatten")
        elif layer.class_name == "Dense":
            node("Gemm", constant(layer.weights[0]), constant(layer.weights[1]))
        else:
            raise ValueError(f"{layer.class_name} has no operator here")
    shape = ["batch", work.channels] + wide(work.length)
    out = ["batch", "units"] if work.layers[-1].class_name == "Dense" else ["batch", "filters", *wide("length", "height")]
    graph = helper.make_graph(nodes, work.name, [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                              [helper.make_tensor_value_info(name, TensorProto.FLOAT, out)], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def ort_session(work, flat, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(onnx_bytes(work, flat), options, providers=["CPUExecutionProvider"])


# By peer.  torch.onnx writes a Conv1d as what it is, tf2onnx a Conv1D as an image of height 1: faster here.
ORT_VARIANTS = {"ort": ["one-dimensional"], "ort2d": ["two-dimensional"]}


def ort_calls(work, variant, batch, threads):
    """As torch_calls()."""
    x = np.ascontiguousarray(work.inputs(batch).transpose(0, 2, 1))
    flat = variant == "one-dimensional"
    session = ort_session(work, flat, threads)
    feed = {"x": x if flat else x[:, :, None, :]}
    return lambda: session.run(None, feed), lambda: without_height(session.run(None, feed)[0])


# ---- timing ------------------------------------------------------------------

def calls_a_second(function, seconds):
    function()
    begin, count = time.perf_counter(), 0
    while True:
        function()
        count += 1
        elapsed = time.perf_counter() - begin
        if elapsed >= seconds:
            return count / elapsed


def widest(work):
    """Floats of a series where it is widest; an upper bound is enough."""
    length, channels, most = work.length, work.channels, work.length * work.channels
    for layer in work.layers:
        config = layer.config
        channels = config.get("filters", channels)
        most = max(most, length * channels * (2 if layer.class_name == "UpSampling1D" else 1))
        length = length * config.get("size", 1) // config.get("pool_size", 1)
    return most


def batches(work):
    return [b for b in BATCHES if b == 1 or b * widest(work) * 4 <= MOST_BYTES]


class Peers:
    def __init__(self, directory):
        self.directory = directory      # where conv1d's answers are
        self.chosen = {}
        self.conn = None

    def use_threads(self, peer, threads):
        if peer == "torch":
            import torch

            torch.set_num_threads(threads)

    def difference(self, work, batch, y):
        """Largest difference to conv1d over its largest output."""
        expected = np.load(os.path.join(self.directory, f"{work.name}.npy"))
        count = min(batch, len(expected))
        if y.ndim == 3:
            y = y.transpose(0, 2, 1)
        y = y.reshape(len(y), -1)[:count]
        expected = expected[:count]
        if y.shape != expected.shape:
            return float("inf")
        return float(np.abs(y - expected).max() / np.abs(expected).max())

    def prepare(self, work, peer, threads, seconds, compiled=False):
        self.use_threads(peer, threads)
        tried, calls = [], {}

        def attempt(variant, batch):
            try:
                if peer == "torch":
                    run, output = torch_calls(work, variant, batch)
                else:
                    run, output = ort_calls(work, variant, batch, threads)
            except Exception as e:
                tried.append({"variant": variant, "batch": batch, "rate": 0, "error": 0, "failed": str(e)[:200]})
                return 0
            # Two looks, because one may meet a busy moment.
            rate = batch * max(calls_a_second(run, seconds / 2) for _ in range(2))
            tried.append({"variant": variant, "batch": batch, "rate": rate, "error": self.difference(work, batch, output())})
            calls[variant, batch] = run
            return rate

        variants = TORCH_VARIANTS if peer == "torch" else ORT_VARIANTS[peer]
        sizes = batches(work)
        first = {variant: attempt(variant, sizes[0]) for variant in variants}
        for batch in sizes[1:]:
            for variant in variants:
                if first[variant] >= HOPE * max(first.values()):
                    attempt(variant, batch)
        best = max(tried, key=lambda t: t["rate"])
        if compiled and peer == "torch":
            attempt("compiled", best["batch"])
            best = max(tried, key=lambda t: t["rate"])
        self.chosen[work.name, peer, threads] = calls[best["variant"], best["batch"]], best["batch"]
        return {"variant": best["variant"], "batch": best["batch"], "rate": best["rate"],
                "error": max(t["error"] for t in tried), "tried": tried}

    def run(self, work, peer, threads, seconds):
        self.use_threads(peer, threads)
        call, batch = self.chosen[work.name, peer, threads]
        return {"rate": batch * calls_a_second(call, seconds)}

    def prepare_client(self, work, threads, variant, batch):
        """What client() runs."""
        import psycopg

        self.conn = self.conn or psycopg.connect(autocommit=True)
        self.conn.execute(f"CREATE UNLOGGED TABLE IF NOT EXISTS {work.name.lower()}_score (id int, score real)")
        self.chosen[work.name, "client", threads] = torch_model(work, variant), batch
        return {}

    def client(self, work, threads):
        """
        The series out of the database, as real[] in binary; their scores, the
        means of the outputs, back into it.
        """
        import torch

        torch.set_num_threads(threads)
        (model, to_input), batch = self.chosen[work.name, "client", threads]
        table = work.name.lower()
        self.conn.execute(f"TRUNCATE {table}_score")
        begin = time.perf_counter()
        with self.conn.cursor().copy(f"COPY {table}_real TO STDOUT (FORMAT binary)") as copy:
            stream = b"".join(copy)
        count = work.length * work.channels
        row = np.dtype([("fields", ">i2"), ("id_size", ">i4"), ("id", ">i4"), ("size", ">i4"), ("header", ">i4", 5),
                        ("x", [("size", ">i4"), ("value", ">f4")], count)])
        rows = np.frombuffer(stream, row, (len(stream) - 21) // row.itemsize, 19)
        scores = []
        for i in range(0, len(rows), batch):
            x = torch.from_numpy(rows["x"]["value"][i:i + batch].astype(np.float32).reshape(-1, work.length, work.channels))
            y = model(to_input(x.transpose(1, 2).contiguous()))
            scores.append(y.reshape(len(x), -1).mean(1).numpy())
        back = np.zeros(len(rows), [("fields", ">i2"), ("id_size", ">i4"), ("id", ">i4"), ("size", ">i4"), ("score", ">f4")])
        back["fields"], back["id_size"], back["id"], back["size"] = 2, 4, rows["id"], 4
        back["score"] = np.concatenate(scores)
        with self.conn.cursor().copy(f"COPY {table}_score FROM STDIN (FORMAT binary)") as copy:
            copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8) + back.tobytes() + b"\xff\xff")
        return {"rate": len(rows) / (time.perf_counter() - begin)}


def serve():
    import torch

    peers = Peers(sys.argv[1])
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)                       # whatever a library prints is no answer
    with torch.inference_mode():
        for line in sys.stdin:
            question = json.loads(line)
            do = getattr(peers, question.pop("do"))
            question["work"] = works.WORKS[question["work"]]
            try:
                answer = do(**question)
            except Exception as e:
                answer = {"failed": f"{type(e).__name__}: {e}"}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


if __name__ == "__main__":
    serve()
