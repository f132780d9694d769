#!/usr/bin/env bash
# Makes docker/certificates: one authority, and for each region a key and a certificate whose common name is the region's id.
#   docker/make-certificates.sh [REGION...]      (default: eu us)
# What is there and valid for another day is kept. openssl runs inside the postgres:17 image, so the host needs Docker only.
set -euo pipefail
cd "$(dirname "$0")"
[ $# -gt 0 ] || set -- eu us
mkdir -p certificates

docker run --rm -i --network none --entrypoint bash -v "$PWD/certificates:/certificates" postgres:17 -s -- "$@" <<'INSIDE'
set -euo pipefail
umask 077
cd /certificates
node_user=10001          # the user of the node's image (docker/Dockerfile), the only one who may read a node's key

valid() { openssl x509 -in "$1" -noout -checkend 86400 >/dev/null 2>&1; }
# PKCS#8, which is what the node reads
new_key() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

if ! valid authority/authority.crt; then
  rm -rf ./*             # certificates of a former authority are of no use
  mkdir authority
  new_key authority/authority.key
  openssl req -x509 -new -key authority/authority.key -days 365 -subj "/CN=rowmesh trial authority" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign -out authority/authority.crt
  echo "made the authority"
fi

for region in "$@"; do
  [[ $region =~ ^[a-z][a-z0-9-]{0,15}$ ]] || { echo "'$region' is no region id: a letter, then up to 15 of a-z, 0-9, -" >&2; exit 1; }
  valid "$region/node.crt" && continue
  mkdir -p "$region"
  new_key "$region/node.key"
  # A node is server to those who read from it and client to those it reads from. The name it is dialled by is node-REGION.
  printf '%s\n' "basicConstraints=critical,CA:FALSE" "keyUsage=critical,digitalSignature" \
    "extendedKeyUsage=serverAuth,clientAuth" "subjectAltName=DNS:$region,DNS:node-$region" > /tmp/extensions
  openssl req -new -key "$region/node.key" -subj "/CN=$region" |
    openssl x509 -req -CA authority/authority.crt -CAkey authority/authority.key -days 365 \
      -extfile /tmp/extensions -out "$region/node.crt" 2>/dev/null
  cp authority/authority.crt "$region/authority.crt"
  chown "$node_user" "$region/node.key"; chmod 400 "$region/node.key"
  chmod 644 "$region/node.crt" "$region/authority.crt"; chmod 755 "$region"
  openssl verify -CAfile authority/authority.crt "$region/node.crt" >/dev/null
  echo "made the certificate of $region"
done
INSIDE
