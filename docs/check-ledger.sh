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
  # A batch: unsigned lines with `from`, one on top of the other, closed by a signed import record.
  jq -r --arg id "$id" '[$id, (.sig != null or (.body.from | not)), (.body.prev | length), .body.prev[0] // ""] | @tsv' "$t/line" >>"$t/chain"
  case $(jq -r .body.kind "$t/line") in import) [ "$who" != nobody ] || { echo "  nobody vouches for this import"; continue; }
    set -- "$1" "$2" $(jq -r '.body.what | .records, .first, .last' "$t/line") "$(jq -r '.body.prev | join(" ")' "$t/line")"
    [ "$5" = "$6" ] && awk -v n="$3" -v first="$4" -v at="$5" '{other[$1] = $2; many[$1] = $3; prev[$1] = $4}
      END {for (i = 1; i <= n; i++) {if (other[at] != "false" || (i < n && many[at] != 1)) exit 1; if (i == n) exit at != first; at = prev[at]}}' "$t/chain" ||
      bad "closes no whole batch"; echo "  vouches for $3 imported records, $4 to $5";; esac
done <"$1"
