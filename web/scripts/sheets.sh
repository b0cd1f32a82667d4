#!/usr/bin/env bash
# Contact sheets of the pictures of `npm run shots`: one for each size,
# language and theme. sheets.sh DIR [COLUMNS [WIDTH]]
set -euo pipefail
cd "$1"
mkdir -p sheets
for look in $(ls *.png | sed -E 's/^((desktop|tablet|phone)-[A-Za-z-]+-(light|dark))-.*/\1/' | sort -u); do
  case $look in
    desktop*) cols=3 width=640 rows=4 ;;
    tablet*) cols=5 width=400 rows=2 ;;
    *) cols=8 width=240 rows=2 ;;
  esac
  montage -label '%t' "$look"-*.png -tile "${2:-$cols}x$rows" -geometry "${3:-$width}x+6+6" -background '#888' -pointsize 12 "sheets/$look.png"
done
