
# Where a host belongs, names from ssh's configuration and its known hosts.
function __fish_farway_wants_host
    set -l mode
    set -l value
    set -l ended
    for word in (commandline -opc)[2..-1]
        if test -z "$mode"
            switch $word
                case ssh sessions attach kill doctor
                    set mode $word
                case server client view demo completions man
                    return 1
            end
        else if test -n "$value"
            set value
        else if test -n "$ended"; or not string match -q -- '-*' $word
            test $mode = sessions; or return 1
        else if test "$word" = --
            set ended 1
        else if string match -qr -- '^-[^BbcDEeFIiJLlmOopQRSWw-]*[BbcDEeFIiJLlmOopQRSWw]$' $word
            set value $word
        end
    end
    test -n "$mode"; or return 1
    test -z "$value"; or string match -q -- '*J' $value
end

function __fish_farway_hosts
    set -l user (string match -r -- '^.*@' (commandline -ct))
    for host in (farway complete-hosts 2>/dev/null)
        echo "$user$host"
    end
end

complete -c farway -n __fish_farway_wants_host -x -a "(__fish_farway_hosts)"
