#!/usr/bin/env bash
# The flights of 2013: from an empty stack to answers that equal the references.
#
#   examples/flights/run.sh
#
# It starts the stack, fills five topics, turns each into a table, asks the
# questions of questions.jsonl without any model, and compares the answers with
# references.json. Running it again finds everything in place and only asks.
# AURORA names the binary (default: bin/aurora), GO the Go command.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
AURORA=${AURORA:-bin/aurora}
GO=${GO:-go}
tables=(flights airlines airports planes weather)

say() { printf '\n== %s\n' "$*"; }
fail() {
  printf 'error: %s\nwhy:   %s\nnext:  %s\n' "$1" "$2" "$3" >&2
  exit 1
}

[ -x "$AURORA" ] || fail "there is no $AURORA" "the binary is not built" "make build, or AURORA=/path/to/aurora $0"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$GO" build -o "$work/" ./examples/flights/check ./examples/flights/events

say "The stack"
"$AURORA" up --broker

# stored TABLE: the rows of a table; 0 while it is not there yet.
stored() { "$AURORA" sql -q -o csv "SELECT count() AS n FROM aurora.$1" 2>/dev/null | tail -n 1 || true; }
# produced TOPIC: the records of a topic; nothing while there is no such topic.
produced() { "$AURORA" topic show "$1" -q -o json 2>/dev/null | tr -d ' \n' | sed -n 's/.*"records":\([0-9]*\).*/\1/p' || true; }

say "Topics and events"
for table in "${tables[@]}"; do
  want=$("$work/check" rows "$table")
  have=$(produced "$table")
  if [ -z "$have" ]; then
    "$AURORA" topic create "$table" --partitions "$([ "$table" = flights ] && echo 3 || echo 1)"
    have=0
  fi
  if [ "$have" = 0 ]; then
    "$work/events" "$table" | "$AURORA" topic produce "$table" -f -
  elif [ "$have" = "$want" ]; then
    echo "topic $table holds its $want events already"
  else
    fail "topic $table holds $have records instead of $want" "an earlier run was interrupted, or the topic is not this example's" \
      "$AURORA down --purge --yes, which deletes the data of the local stack, and $0 again"
  fi
done

say "Tables"
"$AURORA" connect topic flights --yes
for table in "${tables[@]:1}"; do
  "$AURORA" connect topic "$table" --yes -q >/dev/null # the plan of one is enough to read
  echo "topic $table is connected to table aurora.$table"
done

say "Waiting until every event is stored"
deadline=$((SECONDS + ${FLIGHTS_WAIT:-300}))
for table in "${tables[@]}"; do
  want=$("$work/check" rows "$table")
  until [ "$(stored "$table")" = "$want" ]; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      "$AURORA" status >&2 || true
      fail "table aurora.$table holds $(stored "$table") of $want rows" "the pipeline did not finish in time" "$AURORA pipeline show $table"
    fi
    sleep 0.3
  done
done
# Stored is stored; the offsets follow at once, and the lag is reported every two seconds.
lag() { "$AURORA" pipeline list -q -o json 2>/dev/null | tr -d ' ' | grep -o '"lag":[0-9]*' | sort -u | tr '\n' ' '; }
until [ "$(lag)" = '"lag":0 ' ] || [ "$SECONDS" -ge "$deadline" ]; do sleep 0.3; done
"$AURORA" pipeline list

say "Questions, answered without a model"
wrong=0
while IFS=$'\t' read -r id question; do
  printf '\n$ aurora ask --offline "%s"\n' "$question"
  status=0
  "$AURORA" ask --offline -o json "$question" >"$work/answer.json" 2>"$work/problem.json" </dev/null || status=$?
  if ! "$work/check" answer "$id" "$status" "$work/answer.json" "$work/problem.json"; then
    wrong=$((wrong + 1))
  fi
done < <("$work/check" questions)

echo
if [ "$wrong" -gt 0 ]; then
  fail "$wrong answers are not right" "they differ from examples/flights/references.json" "$AURORA ask --offline --explain \"QUESTION\""
fi

cat <<NEXT
All answers equal the references that examples/flights/reference computes from the CSV files.
The stack goes on running. Next:

  $AURORA status
  $AURORA ask --offline "average dep_delay by airline name"
  $AURORA sql "SELECT origin, count() FROM aurora.flights GROUP BY origin"
  $AURORA shell
  $AURORA serve
  $AURORA down                    # stops it; the data stays
  $AURORA down --purge --yes      # deletes the data too
NEXT
