
# Where a host belongs, names from ssh's configuration and its known hosts.
_farway_hosts() {
    local line word rest mode="" value="" host="" ended=""
    local with_value='^-[^BbcDEeFIiJLlmOopQRSWw-]*[BbcDEeFIiJLlmOopQRSWw]$'
    # Not COMP_WORDS: bash cuts those at @ and :.
    read -ra line <<< "${COMP_LINE:0:COMP_POINT}x"
    for word in "${line[@]:1:${#line[@]}-2}"; do
        if [[ -z $mode ]]; then
            case $word in
                ssh | sessions | attach | kill | doctor) mode=$word ;;
                server | client | view | demo | completions | man) break ;;
            esac
        elif [[ -n $host ]]; then rest=1
        elif [[ -n $value ]]; then value=""
        elif [[ -n $ended || $word != -* ]]; then host=$word
        elif [[ $word == -- ]]; then ended=1
        elif [[ $word =~ $with_value ]]; then value=$word
        fi
    done
    COMPREPLY=()
    if [[ -z $mode || ( -z $host$value && $2 == -* ) ]]; then
        _farway "$@"
    elif [[ ( -z $host && -z $value ) || $value == *J || ( $mode == sessions && -z $value ) ]]; then
        COMPREPLY=( $(compgen -W "$("$1" complete-hosts 2>/dev/null)" -- "$2") )
        # Nothing is better than files here.
        compopt +o default +o bashdefault 2>/dev/null
    elif [[ $mode == ssh && -n $host && -z $rest ]]; then
        COMPREPLY=( $(compgen -c -- "$2") )
    fi
}

complete -F _farway_hosts -o bashdefault -o default farway
