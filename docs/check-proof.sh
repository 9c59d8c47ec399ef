#!/bin/sh
# Checks a proof that `audit prove` wrote, without audit: sh check-proof.sh record.jsonl record.tlog-proof
# Needs sha256sum, base64, xxd. RFC 9162, section 2.1.3.2; leaf = SHA-256(00 | id in hex | 0a).
set -eu
leaf() { { printf '\000'; sha256sum < "$1" | cut -c1-64; } | sha256sum | cut -c1-64; }
node() { { printf '\001'; printf '%s%s' "$1" "$2" | xxd -r -p; } | sha256sum | cut -c1-64; }
hex() { printf '%s\n' "$1" | base64 -d | xxd -p -c 64; }
[ "$(sed -n 1p "$2")" = c2sp.org/tlog-proof@v1 ] || { echo 'no tlog-proof'; exit 1; }
index=$(sed -n '2s/^index //p' "$2"); empty=$(grep -n '^$' "$2" | head -n 1 | cut -d: -f1)
size=$(sed -n "$((empty + 2))p" "$2"); root=$(hex "$(sed -n "$((empty + 3))p" "$2")")
[ "$index" -lt "$size" ] || { echo 'the index lies behind the list'; exit 1; }
this=$index; last=$((size - 1)); hash=$(leaf "$1")
for line in $(sed -n "3,$((empty - 1))p" "$2"); do
    sibling=$(hex "$line"); [ "$last" -gt 0 ] || { echo 'too many hashes'; exit 1; }
    if [ $((this % 2)) -eq 1 ] || [ "$this" -eq "$last" ]; then
        hash=$(node "$sibling" "$hash")
        while [ $((this % 2)) -eq 0 ] && [ "$this" -ne 0 ]; do this=$((this / 2)); last=$((last / 2)); done
    else hash=$(node "$hash" "$sibling"); fi
    this=$((this / 2)); last=$((last / 2))
done
[ "$last" -eq 0 ] && [ "$hash" = "$root" ] || { echo 'the proof does not hold'; exit 1; }
echo "the record is number $((index + 1)) of the $size of this checkpoint:"; sed -n "$((empty + 1)),\$p" "$2"
