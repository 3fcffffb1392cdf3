# Runs one server for every test process that holds a shared lock on LEASE, and stops it when none has for a while.
# ADDRESS is the file that tells them where it is; it goes under the lock, so that whoever comes later starts another server.
# usage: sh -c SCRIPT keeper LEASE ADDRESS PORT FOLDER STOP_SIGNAL command…
lease=$1 address=$2 port=$3 folder=$4 stop_signal=$5
shift 5
"$@" >>"$folder/log" 2>&1 </dev/null & server=$!

while kill -0 "$server" 2>/dev/null; do
    flock "$lease" true
    sleep 5
    flock --nonblock "$lease" sh -c '[ "$(cat "$0")" != "$1" ] || rm -f "$0"' "$address" "$port" && break
done
kill "-$stop_signal" "$server" 2>/dev/null
wait "$server" 2>/dev/null
rm -rf "$folder"
