#!/bin/sh
# The publisher: the store is brought up to date, then the publication is served.
set -eu
termserver registry list >/dev/null
exec termserver serve
