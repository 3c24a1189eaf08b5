#!/bin/bash
# Gives Debian 12, Ubuntu 22.04 or Ubuntu 24.04 the desktop of a sandbox: a VNC server that starts with the machine, a
# window manager, a browser and a terminal, for a user without root. Run it as root, or as user data: README.md has the
# steps. It can run again, which restarts the desktop.
set -euo pipefail
export LC_ALL=C
umask 022

# The port of the VNC server: terminal.vnc_port of the configuration.
VNC_PORT=${VNC_PORT:-5905}
# The password of the VNC server: 6 to 8 ASCII characters. Empty: none.
VNC_PASSWORD=${VNC_PASSWORD:-}

fail() {
  echo "setup.sh: $1" >&2
  exit 1
}

[[ $EUID == 0 ]] || fail 'it must run as root'
[[ $VNC_PORT =~ ^[0-9]{1,5}$ ]] || fail "VNC_PORT must be a number: $VNC_PORT"
[[ -z $VNC_PASSWORD || $VNC_PASSWORD =~ ^[!-~]{6,8}$ ]] || fail 'VNC_PASSWORD must have 6 to 8 ASCII characters, no spaces'

# Ubuntu has Chromium and Firefox only as snaps, which need the snap store.
# shellcheck disable=SC1091 # a file of the machine
source /etc/os-release
case "$ID $VERSION_ID" in
  'debian 12') browser=(chromium) ;;
  'ubuntu 22.04' | 'ubuntu 24.04') browser=(epiphany-browser adwaita-icon-theme librsvg2-common) ;;
  *) fail "it is for Debian 12, Ubuntu 22.04 and Ubuntu 24.04, not for $PRETTY_NAME" ;;
esac

packages=(
  tigervnc-standalone-server tigervnc-tools xinit x11-xserver-utils
  openbox xterm "${browser[@]}"
  fonts-dejavu-core fonts-noto-cjk
  dbus nftables
)

# At the first boot, the daily update of the system may hold the locks of apt.
apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 "$@" < /dev/null
}
for pause in 5 10 20 40 0; do
  if apt_get -o APT::Update::Error-Mode=any update; then break; fi
  [[ $pause != 0 ]] || fail 'the package lists could not be downloaded'
  sleep "$pause"
done
apt_get install --no-install-recommends "${packages[@]}"

# A locked password, and no group that gives rights.
id agent > /dev/null 2>&1 || useradd --create-home --shell /bin/bash agent

folder=/usr/local/lib/sandbox-desktop
install -d "$folder"

security='-SecurityTypes None'
rm -f "$folder/password"
if [[ -n $VNC_PASSWORD ]]; then
  install -m 0640 -g "$(id -gn agent)" /dev/null "$folder/password"
  vncpasswd -f <<< "$VNC_PASSWORD" > "$folder/password"
  security="-SecurityTypes VncAuth -PasswordFile $folder/password"
fi

cat > "$folder/fence.nft" << EOF
# Programs of this machine cannot reach the VNC server, only the network can. Root can, for repairs.
table inet sandbox_desktop
delete table inet sandbox_desktop
table inet sandbox_desktop {
  chain output {
    type filter hook output priority filter
    oifname "lo" tcp dport $VNC_PORT meta skuid != 0 reject with tcp reset
  }
}
EOF

cat > "$folder/prepare" << 'EOF'
#!/bin/sh
# Removes what a killed X server leaves, and creates a new cookie for X clients: a file of Xau with one entry for any
# address (FamilyWild), so that a change of the host name does not matter.
set -eu
rm -f /tmp/.X5-lock /tmp/.X11-unix/X5
umask 077
{
  printf '\377\377\0\0\0\0\0\022MIT-MAGIC-COOKIE-1\0\020'
  head -c 16 /dev/urandom
} > "$XAUTHORITY"
EOF

cat > "$folder/session" << 'EOF'
#!/bin/sh
# openbox-session runs ~/.config/openbox/autostart. When the window manager exits, the desktop starts again.
exec dbus-run-session -- openbox-session
EOF
chmod 0755 "$folder/prepare" "$folder/session"

cat > /etc/systemd/system/sandbox-desktop.service << EOF
[Unit]
Description=Desktop of the sandbox, VNC on port $VNC_PORT
After=network.target
# Never give up.
StartLimitIntervalSec=0

[Service]
Type=exec
User=agent
WorkingDirectory=~
RuntimeDirectory=sandbox-desktop
RuntimeDirectoryMode=0700
Environment=LANG=C.UTF-8
Environment=XDG_RUNTIME_DIR=/run/sandbox-desktop
Environment=XAUTHORITY=/run/sandbox-desktop/authority
# As root. Without the fence, the server does not start.
ExecStartPre=+/usr/sbin/nft -f $folder/fence.nft
ExecStartPre=$folder/prepare
# xinit exits when the server or the session exits.
ExecStart=/usr/bin/xinit $folder/session -- /usr/bin/Xtigervnc :5 \\
  -auth /run/sandbox-desktop/authority -rfbport $VNC_PORT -desktop %H $security \\
  -nolisten tcp -noreset -s 0 -AlwaysShared -AcceptSetDesktopSize -geometry 1280x800 -depth 24 \\
  -BlacklistThreshold 1000000000
Restart=always
RestartSec=1
TimeoutStopSec=10
# A page of the browser that the kernel kills for its memory does not stop the desktop.
OOMPolicy=continue

[Install]
WantedBy=multi-user.target
EOF

# One virtual desktop, because scrolling over the background switches to the next one. No button that hides a window,
# because no panel shows hidden windows.
# Root writes nothing into this folder, because the user may have put links there.
runuser -u agent -- bash -euo pipefail << 'EOF'
cd
mkdir -p .config/openbox
sed -e 's|<number>4</number>|<number>1</number>|' -e 's|<titleLayout>NLIMC</titleLayout>|<titleLayout>NLMC</titleLayout>|' \
  /etc/xdg/openbox/rc.xml > .config/openbox/rc.xml
cat > .config/openbox/autostart << 'END'
xsetroot -solid '#3b4252'
xterm &
END
cat > .Xdefaults << 'END'
XTerm*faceName: monospace
XTerm*faceSize: 12
XTerm*geometry: 96x28+60+60
XTerm*background: #1b1f24
XTerm*foreground: #e6e6e6
XTerm*saveLines: 5000
XTerm*selectToClipboard: true
XTerm*utmpInhibit: true
END
EOF

# No dialogs at the first start of the browser, and no question for the password of a keyring.
if [[ $ID == debian ]]; then
  cat > /etc/chromium.d/sandbox-desktop << 'EOF'
export CHROMIUM_FLAGS="$CHROMIUM_FLAGS --no-first-run --no-default-browser-check --password-store=basic"
EOF
else
  cat > /etc/xdg/mimeapps.list << 'EOF'
[Default Applications]
text/html=org.gnome.Epiphany.desktop
x-scheme-handler/http=org.gnome.Epiphany.desktop
x-scheme-handler/https=org.gnome.Epiphany.desktop
EOF
fi

systemctl enable sandbox-desktop.service
# False in a folder that is no running machine.
if [[ -d /run/systemd/system ]]; then
  systemctl daemon-reload
  systemctl restart sandbox-desktop.service
fi
echo "setup.sh: the desktop is installed"
