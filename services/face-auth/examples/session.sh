#!/usr/bin/env bash
# A whole face session with grpcurl alone, against `make run` or a face-auth process on loopback:
#
#   services/face-auth/examples/session.sh [address, 127.0.0.1:9090]
#
# Imports a reference, opens a session, asks for a challenge, answers it with the clips of `make people`, redeems the result. Run a
# second time against the same database, the same pictures are a replay, and refused: LIVENESS_ATTACK.
set -euo pipefail
cd "$(dirname "$0")/../../.."

at=${1:-127.0.0.1:9090}
person='{"type": "DOCUMENT_TYPE_RESIDENT_ID", "number": "640101199003070015", "name": "张三"}'
text=$(grep -oE '[0-9a-f]{64}' services/face-auth/config/default.toml | head -1)

# call CALLER METHOD: the request comes on standard input.
call() { PATH=.setup/bin:$PATH grpcurl -plaintext -H "x-shiming-caller: $1" -d @ "$at" "shiming.face.v1.$2"; }
field() { sed -n "s/.*\"$1\": \"\(.*\)\".*/\1/p" | head -1; }
uuid() { cat /proc/sys/kernel/random/uuid; }

subject=$(uuid)
echo "{\"reference\": {\"row_id\": \"1\", \"document\": $person, \"photo\": \"$(base64 -w0 .setup/people/audun-again/neutral/012.jpg)\"}}" |
  call ops:me AuthorityService/ImportReferences

session=$(echo "{\"purpose\": \"FACE_PURPOSE_COLLECTION\", \"subject_id\": \"$subject\", \"document\": $person, \"request_id\": \"$(uuid)\",
  \"consent\": {\"consent_id\": \"$(uuid)\", \"version\": \"2026-12\", \"text_sha256\": \"$text\"}}" | call identity FaceSessionService/CreateFaceSession)
id="\"face_session_id\": \"$(field faceSessionId <<< "$session")\""
token="\"capture_token\": \"$(field captureToken <<< "$session")\""

challenge=$(echo "{$id, $token, \"request_id\": \"$(uuid)\"}" | call gateway FaceSessionService/IssueChallenge)
echo "$challenge"
actions=$(grep -oE 'BLINK|OPEN_MOUTH|TURN_LEFT|TURN_RIGHT|NOD' <<< "$challenge" | tr 'A-Z_' 'a-z-')

# A frame every 150 ms. Nobody can have answered sooner than that takes.
frames() {
  local step=0 ms=0 clip frame
  echo "{\"header\": {$id, $token, \"nonce\": \"$(field nonce <<< "$challenge")\"}}"
  for clip in neutral $actions; do
    for frame in $(ls ".setup/people/audun/$clip/"*.jpg | awk 'NR % 4 == 1'); do
      printf '{"frame": {"image": "%s", "capture_offset": "%d.%03ds", "step": %d}}\n' "$(base64 -w0 "$frame")" $((ms / 1000)) $((ms % 1000)) $step
      ms=$((ms + 150))
    done
    step=$((step + 1))
  done
}
sleep 6
frames | call gateway FaceSessionService/SubmitCapture

echo "{$id, \"purpose\": \"FACE_PURPOSE_COLLECTION\", \"subject_id\": \"$subject\", \"request_id\": \"$(uuid)\"}" |
  call identity FaceSessionService/RedeemFaceResult
