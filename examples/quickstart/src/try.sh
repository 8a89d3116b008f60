# Sends a genuine delivery, and then one whose body is not what was signed. The quickstart writes
# this script to target/try.sh, below its own address and the secrets that it made.
try() { # ROUTE HEADER SECRET BODY
    signature=$(printf %s "$4" | openssl dgst -sha256 -hmac "$3" -r | cut -d' ' -f1)
    for body in "$4" "$4 forged"; do
        curl -sS -w ' %{http_code}\n' "$RECEIVER/webhooks/$1" -H "$2: $signature" \
            -H 'Content-Type: application/json' --data-binary "$body"
    done
}
export_it='the receiver has it from its environment; export it in this shell as well'
case $1 in
respan)
    try respan X-Respan-Signature "${RESPAN_API_KEY:?$export_it}" \
        '{"model": "small", "cost": "$0.002"}' ;;
objects)
    try objects X-Webhook-Signature "${WEBHOOK_SECRET:?$export_it}" \
        '{"id":"evt_1","type":"resource.updated","data":{"object":{"id":"r_1"}}}' ;;
flat)
    try flat X-Webhook-Signature "${WEBHOOK_SECRET:?$export_it}" \
        '{"id":"evt_2","type":"user.created","data":{"id":"u_1"}}' ;;
speaknode)
    try speaknode X-Webhook-Signature "${SPEAKNODE_SECRET:?$export_it}" \
        '{"event":"SessionStarted","agent":"a_1"}' ;;
*)
    echo 'usage: sh target/try.sh respan|objects|flat|speaknode' >&2
    exit 1 ;;
esac
