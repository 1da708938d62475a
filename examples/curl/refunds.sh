#!/bin/sh
# A refund by hand: a session, a turn, the approval that it asks for, and the turn in which it is made.
#
#   mock-gateway exec --scenarios examples/scenarios -- sh examples/curl/refunds.sh
set -eu

call() { # call PATH BODY
  curl --silent --show-error --fail-with-body --no-buffer "$GATEWAY_BASE_URL$1" \
    --header "Authorization: Bearer $TFY_API_KEY" --data "$2"
}

session=$(call /sessions '{"agent_name": "billing"}' | grep -o 'sess-[0-9a-f]*')
asked=$(call "/sessions/$session/turns" '{"input": [{"type": "user.message", "content": "Please refund INV-2031."}]}')
waiting=$(echo "$asked" | grep '"type":"tool.approval_required"' | head -n 1 | grep -o 'call_[0-9a-f]*')
echo "waiting for a decision on $waiting"

answer='{"type": "user.tool_approval", "thread_id": "main", "tool_call_id": "'$waiting'", "approval": {"status": "allow"}}'
call "/sessions/$session/turns" "{\"input\": [$answer]}" | grep '"type":"turn.done"' | grep -o 'Refund RF-9914 was processed.'
