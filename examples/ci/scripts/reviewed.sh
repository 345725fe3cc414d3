#!/usr/bin/env bash
# Whether the plan in OUT is the one that people reviewed: prints its digest where it is, else says what is
# different and ends with 6.
#
# PLATFORM  github, azure or gitlab
# COMMIT    the commit on BRANCH that was planned
# BRANCH    where it was merged to
# KEY       that of the comment
# DIGEST    empty, or what somebody approved by hand instead of a comment
# OUT       where `plan.sh` left the plan
set -euo pipefail
shopt -s inherit_errexit

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/own.sh"

now=$(jq -r '.effect.sha256' "$OUT/plan.json")

stop() {
  printf '%s Nothing is applied. Read the plan of this run; to approve it, start this pipeline by hand ' "$1"
  printf 'with the digest %s\n' "$now"
  exit 6
} >&2

if [ -n "${DIGEST:-}" ]; then
  if [ "$DIGEST" != "$now" ]; then
    stop "What would be done now is not what was approved by hand."
  fi
  printf '%s\n' "$now"
  exit 0
fi

change=$(merged "$COMMIT" "$BRANCH")
if [ -z "$change" ]; then
  stop "Commit $COMMIT is the merge of no reviewed change, so nobody has seen this plan."
fi
states=$(own_comments "$change" | jq -r '.state')
state='^<!-- consent:state commit=[0-9a-f]+ digest=(sha256:[0-9a-f]{64}) -->$'
if ! [[ "$states" =~ $state ]]; then
  stop "Under change $change stands no plan of consent, or more than one, or one that has no changes."
fi
if [ "${BASH_REMATCH[1]}" != "$now" ]; then
  stop "What would be done now is not what was reviewed in change $change: the tenant or the manifest is another."
fi
printf '%s\n' "$now"
