# shellcheck shell=bash
# The script parses, and completes commands, options, subcommands and words.
stet completion bash >script
bash -n script
complete_() { # complete_ WORD...: what TAB offers after these words
	bash -c '. ./script
	COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _stet; printf "%s\n" "${COMPREPLY[@]}"' _ "$@"
}
complete_ stet re
complete_ stet key gr
complete_ stet record 10.1234/a --ti
complete_ stet correct 10.1234/a --nature retr
complete_ stet help expl
complete_ stet checkpoint show --v
status stet completion
status stet completion fish
