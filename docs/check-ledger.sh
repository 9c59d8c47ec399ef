#!/bin/sh
# check-ledger.sh LEDGER ALLOWED_SIGNERS: checks a ledger with jq, sha256sum and ssh-keygen alone.
set -eu; t=$(mktemp -d); trap 'rm -rf "$t"' EXIT; : >"$t/ids"; n=0
bad() { echo "$n: $1" >&2; exit 1; }
jq -cS . "$1" >"$t/same" && cmp "$t/same" "$1" || bad "not in canonical form, or torn"
[ "$(jq -r '"\(.body.v) \(.body.ledger)"' "$1" | sort -u | grep -c '^1 ')" = 1 ] || bad "v is not 1, or two ledgers"
while IFS= read -r line; do n=$((n + 1)); printf '%s\n' "$line" >"$t/line"
  id=$(sha256sum <"$t/line" | cut -c1-64); ! grep -qx "$id" "$t/ids" || bad "stands there twice"
  [ -z "$(jq -r '.body.prev[]' "$t/line" | grep -vxFf "$t/ids")" ] || bad "builds on what is not before it"
  jq -cS .body "$t/line" >"$t/body"; jq -j '.sig // "nobody"' "$t/line" >"$t/sig"; who=$(head -n1 "$t/sig")
  case $who in *SSH*) who=$(ssh-keygen -Y find-principals -s "$t/sig" -f "$2") || bad "an unknown key"
    ssh-keygen -Y verify -n audit-ledger -f "$2" -I "$who" -s "$t/sig" <"$t/body" >/dev/null || bad "the signature does not hold";; esac
  echo "$id" >>"$t/ids"; echo "$id signed by $who"
done <"$1"
