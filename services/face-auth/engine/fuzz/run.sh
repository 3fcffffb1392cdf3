#!/usr/bin/env bash
# One fuzz target, from its corpus and the inputs that once failed:
#
#   services/face-auth/engine/fuzz/run.sh image [libFuzzer's options: -runs=1000000, -max_total_time=600, -jobs=2]
#   SANITIZER=address services/face-auth/engine/fuzz/run.sh image ...
#
# RUSTC_BOOTSTRAP lets the pinned stable toolchain take the flags that cargo-fuzz gives; nothing but this build sees it. A picture
# of 8 KiB that takes five seconds, or asks for 64 MiB at once, is a finding as much as a panic is.
set -euo pipefail

cd "$(dirname "$0")"
target=$1
shift
mkdir -p "corpus/$target" "artifacts/$target"
RUSTC_BOOTSTRAP=1 exec cargo fuzz run --fuzz-dir . --sanitizer "${SANITIZER:-none}" "$target" \
  "corpus/$target" "regressions/$target" -- \
  -max_len=8192 -timeout=5 -malloc_limit_mb=64 -rss_limit_mb=1024 -print_final_stats=1 "$@"
