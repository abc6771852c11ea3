# Where a host belongs, names from ssh's configuration and its known hosts. The first word is the mode; the arguments
# are options of ours in that mode. zsh's own way does not know the options of ssh among the words.
_farway_hosts() {
    local word value="" host="" ended=""
    local -a before names
    before=("${(@)words[2,CURRENT-1]}")
    for word in $before; do
        if [[ -n $host ]]; then break
        elif [[ -n $value ]]; then value=""
        elif [[ -n $ended || $word != -* ]]; then host=$word
        elif [[ $word == -- ]]; then ended=1
        elif [[ $word =~ '^-[^BbcDEeFIiJLlmOopQRSWw-]*[BbcDEeFIiJLlmOopQRSWw]$' ]]; then value=$word
        fi
    done
    if [[ -n $value && $value != *J ]]; then
        _files
    elif [[ -z $host$value && $PREFIX == -* ]]; then
        compadd -- "$@"
    elif [[ -z $host || $words[1] == sessions ]]; then
        names=(${(f)"$(_call_program hosts farway complete-hosts 2>/dev/null)"})
        compset -P '*@'
        compadd -a names
    elif [[ $words[1] == ssh ]]; then
        _normal
    fi
}

