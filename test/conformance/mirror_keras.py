"""
test/conformance/mirror_keras.py
	Do the decoders of mirror_decoder give back the input in Keras itself?

Reads what mirror_encoders.sql prints, builds each encoder and its decoder as
one model, compares the shape after every layer with ours, and runs it.
"""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy


def make(layer):
	config = dict(layer["config"])
	if "layer" in config:
		config["layer"] = keras.saving.serialize_keras_object(make(config["layer"]))
	return getattr(keras.layers, layer["class_name"]).from_config(config)


models = wrong = 0
for line in sys.stdin:
	case = json.loads(line)
	if case["framework"] != "keras":
		continue
	models += 1
	layers = case["encoder"] + case["decoder"]
	try:
		model = keras.Sequential([keras.Input(case["input"])] + [make(layer) for layer in layers])
		shapes = [list(layer.output.shape[1:]) for layer in model.layers]
		output = list(numpy.asarray(model(numpy.ones([2] + case["input"], "float32"))).shape[1:])
		problem = None if shapes == case["shapes"] and output == case["input"] else f"{shapes}, {output}"
	except Exception as error:  # of whatever kind: the framework refuses
		problem = str(error).strip().split("\n")[0]
	if problem:
		wrong += 1
		print(json.dumps(case), problem, file=sys.stderr)
print(f"Keras {keras.__version__}: {models} models, {wrong} of them wrong")
sys.exit(wrong > 0 or models == 0)
