# A new machine says which one it is: in the title of the window, in the first line and in the prompt.
printf '\e]0;%s  %s\a' "$MACHINE_NAME" "$MACHINE_ID"
printf '%s  %s  %s\n\n' "$MACHINE_NAME" "$MACHINE_ID" "$MACHINE_ADDRESS"
PS1='\[\e[1m\]$MACHINE_NAME\[\e[0m\]:\w\$ '
