#!/usr/bin/env bash
# Prints the Secrets that overlays/local needs, with fresh keys and a throw-away certificate authority:
#   k8s/secrets.sh | kubectl apply -f -
# In production these come from a vault and cert-manager; the names and keys are the contract (k8s/README.md).
# The authority's own key is never printed: run it again, and every certificate changes together.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
days=90

random() { openssl rand -base64 32; }
base64_file() { openssl base64 -A -in "$1"; }

authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days $days -subj '/CN=shiming development authority' \
    -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign' \
    -keyout "$work/ca.key" -out "$work/ca.crt" 2>/dev/null
}

# name, and who this is to those it calls
certificate() {
  local name=$1 identity=$2
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" \
    -keyout "$work/$name.key" -out "$work/$name.csr" 2>/dev/null
  cat >"$work/$name.ext" <<EXT
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = URI:$identity, DNS:$name, DNS:$name.shiming, DNS:$name.shiming.svc
EXT
  openssl x509 -req -in "$work/$name.csr" -CA "$work/ca.crt" -CAkey "$work/ca.key" -CAcreateserial -days $days \
    -extfile "$work/$name.ext" -out "$work/$name.crt" 2>/dev/null
  cat <<SECRET
---
apiVersion: v1
kind: Secret
metadata:
  name: $name-tls
  namespace: shiming
type: kubernetes.io/tls
data:
  tls.crt: $(base64_file "$work/$name.crt")
  tls.key: $(base64_file "$work/$name.key")
  ca.crt: $(base64_file "$work/ca.crt")
SECRET
}

# name, then KEY=value for each variable
variables() {
  printf -- '---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\n  namespace: shiming\nstringData:\n' "$1"
  shift
  for pair in "$@"; do printf '  %s: "%s"\n' "${pair%%=*}" "${pair#*=}"; done
}

authority
password=$(openssl rand -hex 24)
printf -- '---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: shiming\n'
variables postgres "password=$password"

for service in identity face-auth enterprise-binding messaging; do
  certificate "$service" "spiffe://shiming/service/$service"
  prefix=SHIMING_$(tr 'a-z-' 'A-Z_' <<<"$service")
  case $service in
  identity | messaging) cache=("${prefix}__CACHE__URL=redis://redis:6379") ;;
  *) cache=() ;; # Keeps everything in its database; a setting it does not know would stop its start.
  esac
  case $service in
  messaging) sms=("${prefix}__SMS__TENCENT__SECRET_ID=fill-in" "${prefix}__SMS__TENCENT__SECRET_KEY=fill-in") ;;
  *) sms=() ;;
  esac
  variables "$service" "${cache[@]}" "${sms[@]}" \
    "${prefix}__STORE__URL=postgres://shiming:$password@postgres:5432/${service//-/_}" \
    "${prefix}__KEYRING__CURRENT=1" \
    "${prefix}__KEYRING__KEYS__1=$(random)"
done
certificate gateway spiffe://shiming/gateway
variables gateway \
  SHIMING_GATEWAY__CACHE__URL=redis://redis:6379 \
  SHIMING_GATEWAY__KEYRING__CURRENT=1 \
  "SHIMING_GATEWAY__KEYRING__KEYS__1=$(random)"
# For an operator's grpcurl: -cert, -key and -cacert out of this Secret.
certificate ops spiffe://shiming/ops/local
