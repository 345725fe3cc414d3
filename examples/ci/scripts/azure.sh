#!/usr/bin/env bash
# Sourced: comments of Azure Repos. SYSTEM_ACCESSTOKEN has to be handed to the task; the other variables are the
# agent's.

project="$SYSTEM_COLLECTIONURI$SYSTEM_TEAMPROJECTID/_apis/git/repositories/$BUILD_REPOSITORY_ID"
version='api-version=7.1'

credential() { printf 'header = "Authorization: Bearer %s"\n' "$SYSTEM_ACCESSTOKEN"; }

# The build service, or whoever else the token is.
me() { ask GET "${SYSTEM_COLLECTIONURI}_apis/connectionData" | jq -r '.authenticatedUser.id'; }

# An id is that of the thread and of the comment in it.
comments() {
  ask GET "$project/pullRequests/$1/threads?$version" | jq -c '
    .value[] | select(.isDeleted != true) | .id as $thread | .comments[]
    | select(.isDeleted != true)
    | {id: "\($thread)/comments/\(.id)", author: .author.id, body: (.content // "")}'
}

wrap() { jq -n --rawfile body "$1" '{content: $body, parentCommentId: 0, commentType: 1}'; }
create() { jq '{comments: [.], status: "closed"}' | ask POST "$project/pullRequests/$1/threads?$version"; }
update() { jq '{content}' | ask PATCH "$project/pullRequests/$1/threads/$2?$version"; }
remove() { ask DELETE "$project/pullRequests/$1/threads/$2?$version"; }
text_of() { jq -r '.content // .comments[0].content' | tr -d '\r'; }

# The pull request whose merge is this commit of this branch; nothing where it is none, or not one alone.
merged() {
  jq -n --arg commit "$1" '{queries: [{type: "lastMergeCommit", items: [$commit]}]}' \
    | ask POST "$project/pullrequestquery?$version" | jq -r --arg commit "$1" --arg branch "$2" '
      [.results[][$commit][]?
        | select(.status == "completed" and .targetRefName == "refs/heads/\($branch)") | .pullRequestId]
      | if length == 1 then .[0] else empty end'
}
