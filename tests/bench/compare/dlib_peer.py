"""The python package face_recognition (dlib) as one system of face-compare.mjs.

    dlib_peer.py small|large time                    lines `path TAB path` in, a line of JSON out for each
    dlib_peer.py small|large scores DIRECTORY OUT    every two pictures of DIRECTORY/images.csv, as `a,b,same,score`

small and large are its landmark models (5 and 68 points; small is its default). Faces are found by its default, HOG. The score is
the negative distance of the two encodings, so that higher means more alike.
"""

import csv
import itertools
import json
import pathlib
import sys
import time

import face_recognition
import numpy


def encoding(path, points):
    """The encoding of the largest face, or None."""
    image = face_recognition.load_image_file(path)
    places = face_recognition.face_locations(image)
    if not places:
        return None
    largest = max(places, key=lambda place: (place[2] - place[0]) * (place[1] - place[3]))
    return face_recognition.face_encodings(image, [largest], model=points)[0]


def score(a, b):
    return -float(numpy.linalg.norm(a - b))


def answer_lines(points):
    for line in sys.stdin:
        paths = line.rstrip("\n").split("\t")
        began = time.perf_counter()
        found = [encoding(path, points) for path in paths]
        value = None if any(face is None for face in found) else score(*found)
        milliseconds = 1000 * (time.perf_counter() - began)
        print(json.dumps({"milliseconds": milliseconds, "score": value}), flush=True)


def write_scores(points, directory, out):
    with open(pathlib.Path(directory) / "images.csv", encoding="utf-8", newline="") as listed:
        rows = [(row["file"], row["person"]) for row in csv.DictReader(listed)]
    found = {name: encoding(pathlib.Path(directory) / name, points) for name, _ in rows}
    with open(out, "w", encoding="utf-8", newline="\n") as scores:
        scores.write("a,b,same,score\n")
        for (a, person), (b, other) in itertools.combinations(rows, 2):
            if found[a] is not None and found[b] is not None:
                scores.write(f"{a},{b},{int(person == other)},{score(found[a], found[b])}\n")


if __name__ == "__main__":
    points, command, *rest = sys.argv[1:]
    answer_lines(points) if command == "time" else write_scores(points, *rest)
