#!/usr/bin/env bash
# Starts a cluster of three NATS servers on this machine, to try `inbox-nats`. Ctrl-C stops it.
#
#   cluster.sh [FOLDER]
#
# FOLDER keeps the data, the settings, the logs and the process ids. Without it, they are in a
# temporary folder, which is removed at the end.
#
# NATS_SERVER is the program (default: `nats-server` in PATH; 2.12 or newer, better 2.15). PORT is the
# first of nine ports (default 4222): three for clients, three for the cluster, and three for
# monitoring. The servers ask for no password, so they listen on 127.0.0.1 only.
set -euo pipefail

program=${NATS_SERVER:-nats-server}
port=${PORT:-4222}
command -v "$program" >/dev/null || {
    echo "$program is missing: install NATS 2.12 or newer, or set NATS_SERVER" >&2
    exit 1
}
for used in $(seq "$port" $((port + 8))); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$used") 2>/dev/null; then
        echo "port $used is taken: choose other ports, for example with PORT=14222" >&2
        exit 1
    fi
done

pids=()
temporary=
stop() {
    # Lets each server shut down cleanly.
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait
    [ -z "$temporary" ] || rm -rf "$temporary"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ $# -gt 0 ]; then
    mkdir -p "$1"
    folder=$(cd "$1" && pwd)
else
    temporary=$(mktemp -d)
    folder=$temporary
fi

routes="nats://127.0.0.1:$((port + 3)), nats://127.0.0.1:$((port + 4)), nats://127.0.0.1:$((port + 5))"
for node in 0 1 2; do
    # `sync_interval: always` is essential: without it, a server has up to two minutes of
    # acknowledged deliveries only in memory. `max_payload` is for bodies of 1 MiB, stored as JSON.
    cat >"$folder/$node.conf" <<CONF
server_name: node$node
listen: "127.0.0.1:$((port + node))"
http: "127.0.0.1:$((port + 6 + node))"
log_file: "$folder/$node.log"
pid_file: "$folder/$node.pid"
max_payload: 2MB
jetstream { store_dir: "$folder/$node", sync_interval: always }
cluster { name: inbox, listen: "127.0.0.1:$((port + 3 + node))", routes: [$routes] }
CONF
    "$program" -c "$folder/$node.conf" &
    pids+=($!)
done

# Asks the monitoring port of a server.
is_healthy() {
    (
        exec 3<>"/dev/tcp/127.0.0.1/$1"
        printf 'GET /healthz HTTP/1.0\r\n\r\n' >&3
        grep -q '"ok"' <&3
    ) 2>/dev/null
}

for node in 0 1 2; do
    until is_healthy $((port + 6 + node)); do
        if ! kill -0 "${pids[node]}" 2>/dev/null || [ "$SECONDS" -gt 60 ]; then
            echo "server $node does not start; the end of $folder/$node.log:" >&2
            tail -n 5 "$folder/$node.log" >&2 || true
            exit 1
        fi
        sleep 0.1
    done
done

echo "settings, logs and process ids: $folder"
echo "export NATS_URL=nats://127.0.0.1:$port,nats://127.0.0.1:$((port + 1)),nats://127.0.0.1:$((port + 2))"
# Until Ctrl-C, or until all three servers have ended.
wait
