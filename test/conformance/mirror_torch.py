"""
test/conformance/mirror_torch.py
	Do the decoders of mirror_decoder give back the input in PyTorch itself?

Reads what mirror_encoders.sql prints, builds each encoder and its decoder,
runs them and compares the shape after every layer with ours, which has the
channels last.
"""
import json
import sys

import torch


def make(layer):
	config = dict(layer["config"])
	name = layer["class_name"].removeprefix("torch.nn.")
	for key in ("padding", "size", "scale_factor"):
		if isinstance(config.get(key), list):
			config[key] = tuple(config[key])
	return getattr(torch.nn, name)(**config)


models = wrong = 0
for line in sys.stdin:
	case = json.loads(line)
	if case["framework"] != "torch":
		continue
	models += 1
	x = torch.ones([2, case["input"][-1]] + case["input"][:-1])
	shapes = []
	try:
		with torch.no_grad():
			for layer in case["encoder"] + case["decoder"]:
				x = make(layer).eval()(x)
				shapes.append(list(x.shape[2:]) + [x.shape[1]])
		problem = None if shapes == case["shapes"] and shapes[-1] == case["input"] else str(shapes)
	except Exception as error:  # of whatever kind: the framework refuses
		problem = str(error).strip().split("\n")[0]
	if problem:
		wrong += 1
		print(json.dumps(case), problem, file=sys.stderr)
print(f"PyTorch {torch.__version__}: {models} models, {wrong} of them wrong")
sys.exit(wrong > 0 or models == 0)
