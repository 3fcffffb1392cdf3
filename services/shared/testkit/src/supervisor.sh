# Runs one server for a test process and never outlives it: commands come on stdin, and its end (the test
# process has gone, however it went) stops the server and removes its folder.
# usage: sh -c SCRIPT supervisor FOLDER STOP_SIGNAL KILL_SIGNAL command…
# (a shell's background child ignores INT and QUIT until it installs handlers of its own, as PostgreSQL does)
folder=$1 stop_signal=$2 kill_signal=$3
shift 3
server=

everyone() { echo "$server" $(cat "/proc/$server/task/$server/children" 2>/dev/null); }
alive() { [ -n "$server" ] && kill -0 "$server" 2>/dev/null; }
end() {
    if alive; then
        kill -CONT $(everyone) 2>/dev/null
        kill "-$1" "$server" 2>/dev/null
        wait "$server" 2>/dev/null
    fi
    server=
}

while read -r order; do
    case $order in
    start) "$@" >>"$folder/log" 2>&1 </dev/null & server=$! ;;
    stop) end "$stop_signal" ;;
    kill) end "$kill_signal" ;;
    pause) kill -STOP $(everyone) ;;
    resume) kill -CONT $(everyone) ;;
    alive) if alive; then echo yes; else echo no; fi && continue ;;
    esac
    echo done
done
end "$kill_signal"
rm -rf "$folder"
