#!/usr/bin/env bash
# Sourced: comments of GitHub, also of GitHub Enterprise. GITHUB_API_URL and GITHUB_REPOSITORY are the runner's,
# TOKEN is that of the job.

repository="$GITHUB_API_URL/repos/$GITHUB_REPOSITORY"

credential() { printf 'header = "Authorization: Bearer %s"\n' "$TOKEN"; }

# Who comments with the token of a job.
me() { printf '%s' 'github-actions[bot]'; }

comments() {
  local page=1 got count
  while :; do
    got=$(ask GET "$repository/issues/$1/comments?per_page=100&page=$page") || return
    jq -c '.[] | {id, author: .user.login, body: (.body // "")}' <<< "$got"
    count=$(jq 'length' <<< "$got") || return
    if [ "$count" -lt 100 ]; then return; fi
    page=$((page + 1))
  done
}

wrap() { jq -n --rawfile body "$1" '{body: $body}'; }
create() { ask POST "$repository/issues/$1/comments"; }
update() { ask PATCH "$repository/issues/comments/$2"; }
remove() { ask DELETE "$repository/issues/comments/$2"; }
text_of() { jq -r '.body' | tr -d '\r'; }

# The pull request whose merge is this commit of this branch; nothing where it is none, or not one alone.
merged() {
  ask GET "$repository/commits/$1/pulls?per_page=100" | jq -r --arg commit "$1" --arg branch "$2" '
    [.[] | select(.merged_at != null and .merge_commit_sha == $commit and .base.ref == $branch) | .number]
    | if length == 1 then .[0] else empty end'
}
