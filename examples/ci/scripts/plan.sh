#!/usr/bin/env bash
# Plans, and leaves what became of it in the folder OUT: `code` (the exit code), `plan.json`, `comment.md`, and
# `consent.plan` where there is something to apply. Ends with 0 whatever the plan is: the steps that follow tell
# people first.
#
# CONSENT   the program
# MANIFEST  file or folder
# OUT       a folder, made where it is not there
# REPORT    how the platform wants it: github, azure, gitlab=FILE
# SNAPSHOT  empty, or a snapshot to plan by, without a tenant and without a token
set -euo pipefail

mkdir -p "$OUT"
rm -f "$OUT/code" "$OUT/plan.json" "$OUT/comment.md" "$OUT/consent.plan"

told=(--report "$REPORT" --report "markdown=$OUT/comment.md" --report "json=$OUT/plan.json")
if [ -n "${SNAPSHOT:-}" ]; then
  from=(--offline --from "$SNAPSHOT")
else
  from=(--out "$OUT/consent.plan")
fi
code=0
"$CONSENT" plan -f "$MANIFEST" --detailed-exitcode "${told[@]}" "${from[@]}" || code=$?
printf '%s\n' "$code" > "$OUT/code"
