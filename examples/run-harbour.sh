#!/bin/sh
# What `make run` does: the harbour, from sensor bytes to warnings to a record that is checked. Ends by itself.
set -eu
cd "$(dirname "$0")/.."
forewarn=.venv/bin/forewarn
record=build/harbour
rm -rf "$record" build/harbour-cap build/told

"$forewarn" run examples/harbour.toml --data examples/data --record "$record" --fast
echo
"$forewarn" warnings "$record" --cap build/harbour-cap | tail -n 1
echo
"$forewarn" verify "$record"
echo
echo "CAP files: $(pwd)/build/harbour-cap    what each recipient got: $(pwd)/build/told"
echo "How good was that? $forewarn evaluate $record --truth examples/data/autoferry_13/groundTruth.json --c 20"
