#!/usr/bin/env bash
# GitHub: prints the id of the newest run of BRANCH that left a snapshot, or nothing. What a fork's own run
# left under the same name does not count.
set -euo pipefail
shopt -s inherit_errexit

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/ask.sh"
# shellcheck source-path=SCRIPTDIR
. "$here/github.sh"

ask GET "$repository/actions/artifacts?name=consent-snapshot&per_page=100" | jq -r --arg branch "$BRANCH" '
  [.artifacts[]
    | select((.expired | not) and .workflow_run.head_branch == $branch
      and .workflow_run.head_repository_id == .workflow_run.repository_id)]
  | sort_by(.created_at) | last | .workflow_run.id // empty'
