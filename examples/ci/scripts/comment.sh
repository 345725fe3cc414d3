#!/usr/bin/env bash
# Keeps one comment under a change request: the plan that `plan.sh` left in OUT, or that there is none. A
# comment of yesterday never stays beside a plan of today.
#
# PLATFORM  github, azure or gitlab
# CHANGE    the number of the pull request or merge request
# COMMIT    what was planned
# KEY       tells the comments of several manifests apart
# OUT       where `plan.sh` left the plan
set -euo pipefail
shopt -s inherit_errexit

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/own.sh"

mkdir -p "$OUT"
code=$(cat "$OUT/code" 2> /dev/null || echo unknown)
digest=none
# 2 is a plan that may be applied. One that a rail stops, too, has a digest, and nobody shall apply by it.
if [ "$code" = 2 ] && [ -s "$OUT/comment.md" ]; then
  digest=$(jq -r '.effect.sha256' "$OUT/plan.json")
fi

body="$OUT/body.md"
{
  if [ -s "$OUT/comment.md" ]; then
    head -n 1 "$OUT/comment.md"
  else
    printf '%sunknown -->\n' "$MARK"
  fi
  printf '%s\n' "$KEY_LINE"
  printf '<!-- consent:state commit=%s digest=%s -->\n' "$COMMIT" "$digest"
  if [ -s "$OUT/comment.md" ]; then
    tail -n +2 "$OUT/comment.md"
  else
    printf '## consent plan: no plan\n\n'
    printf 'consent ended with exit code %s; the log of the job says why. ' "$code"
    printf 'What stood here before may no longer be so.\n'
  fi
} > "$body"

# First all of it: what cannot be read is a failure here, and inside of `<( )` would be none.
found=$(own_comments "$CHANGE")
mapfile -t ids < <(jq -r '.id' <<< "$found")

if [ "${#ids[@]}" -eq 0 ]; then
  kept=$(wrap "$body" | create "$CHANGE")
else
  kept=$(wrap "$body" | update "$CHANGE" "${ids[0]}")
fi
# A platform that keeps the old text, or cuts the new one, may say that all is well.
top=$(head -n 3 "$body")
shown=$(text_of <<< "$kept")
case "$shown" in
  "$top"*) ;;
  *)
    echo "the platform took the comment of $CHANGE and shows another one" >&2
    exit 1
    ;;
esac
# Two at once, of two runs that overlapped: the second one would stay as it is for ever.
for id in "${ids[@]:1}"; do
  remove "$CHANGE" "$id" > /dev/null
done
