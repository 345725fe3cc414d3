#!/usr/bin/env bash
# Sourced: notes of GitLab. NOTE_TOKEN is a project access token with the scope `api`, because the token of a job
# may not comment; the other variables are the runner's.

project="$CI_API_V4_URL/projects/$CI_PROJECT_ID"

credential() { printf 'header = "PRIVATE-TOKEN: %s"\n' "$NOTE_TOKEN"; }

# The bot of the project access token.
me() { ask GET "$CI_API_V4_URL/user" | jq -r '.id | tostring'; }

comments() {
  local page=1 got count
  while :; do
    got=$(ask GET "$project/merge_requests/$1/notes?sort=asc&order_by=created_at&per_page=100&page=$page") || return
    jq -c '.[] | {id, author: (.author.id | tostring), body: (.body // "")}' <<< "$got"
    count=$(jq 'length' <<< "$got") || return
    if [ "$count" -lt 100 ]; then return; fi
    page=$((page + 1))
  done
}

wrap() { jq -n --rawfile body "$1" '{body: $body}'; }
create() { ask POST "$project/merge_requests/$1/notes"; }
update() { ask PUT "$project/merge_requests/$1/notes/$2"; }
remove() { ask DELETE "$project/merge_requests/$1/notes/$2"; }
text_of() { jq -r '.body' | tr -d '\r'; }

# The merge request whose merge is this commit of this branch; nothing where it is none, or not one alone.
merged() {
  ask GET "$project/repository/commits/$1/merge_requests?per_page=100" \
    | jq -r --arg commit "$1" --arg branch "$2" '
      [.[] | select(.state == "merged" and .target_branch == $branch
        and ([.merge_commit_sha, .squash_commit_sha, .sha] | any(. == $commit))) | .iid]
      | if length == 1 then .[0] else empty end'
}
