#!/bin/sh
# A follower: it trusts a publisher once, takes what is in force, and serves; a second process goes on following, and is
# started anew if it dies.
# PUBLISHER: the name here; FROM: the address of the publication or a mirror; ROOT: the root that came by a way of its own.
set -eu
: "${PUBLISHER:=mexa}" "${FROM:?}" "${ROOT:=/etc/termserver/root.json}" "${EVERY:=300}"
if [ ! -f "$TERMSERVER_SHELF/trust/$PUBLISHER.json" ]; then
  termserver trust "$PUBLISHER" "$ROOT" --from "$FROM"
fi
termserver pull "$PUBLISHER" || echo "the publisher cannot be asked now; what is here is served" >&2
(
  trap 'kill -TERM $one 2>/dev/null; exit 0' TERM
  while :; do
    termserver follow "$PUBLISHER" --every "$EVERY" & one=$!
    wait $one || true
    sleep 5 & one=$!
    wait $one || true
  done
) &
following=$!
termserver serve &
serving=$!
trap 'kill -TERM $serving $following 2>/dev/null' TERM INT
trap 'kill -HUP $serving 2>/dev/null' HUP
wait $serving || true
kill -TERM $following 2>/dev/null || true
