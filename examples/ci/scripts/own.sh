#!/usr/bin/env bash
# Sourced by `comment.sh` and `reviewed.sh`: which comment is ours. It has the mark of consent in its first line,
# the key in its second, what was planned in its third, and the right author.

case "$KEY" in
  *[!A-Za-z0-9_.-]* | '')
    echo "KEY is letters, digits, '_', '.' and '-' only" >&2
    exit 64
    ;;
esac
MARK='<!-- consent:plan tenant='
KEY_LINE="<!-- consent:key $KEY -->"

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/ask.sh"
# shellcheck source-path=SCRIPTDIR
case "$PLATFORM" in
  github) . "$here/github.sh" ;;
  azure) . "$here/azure.sh" ;;
  gitlab) . "$here/gitlab.sh" ;;
  *)
    echo "PLATFORM is github, azure or gitlab" >&2
    exit 64
    ;;
esac

# Ours under a change request, the oldest first, one JSON object a line.
own_comments() {
  local author
  author=$(me)
  comments "$1" | jq -c --arg author "$author" --arg mark "$MARK" --arg key "$KEY_LINE" '
    (.body | split("\n") | map(rtrimstr("\r"))) as $lines
    | select(.author == $author and ($lines[0] // "" | startswith($mark)) and $lines[1] == $key)
    | {id, state: ($lines[2] // "")}'
}
