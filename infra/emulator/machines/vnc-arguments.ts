/**
 * The arguments of Xtigervnc that local desktops and real sandboxes have in common. infra/image/setup.sh has a copy,
 * because it must be one file; a test beside it compares them.
 */
export const VNC_ARGUMENTS: readonly string[] = [
  // X programs connect with the socket in /tmp/.X11-unix. The server outlives its last X client. No screen saver.
  ...['-nolisten', 'tcp', '-noreset', '-s', '0'],
  ...['-AlwaysShared', '-AcceptSetDesktopSize', '-geometry', '1280x800', '-depth', '24'],
  // A client that connects and leaves at once, to see whether the server is up, counts as an attacker: never block one.
  ...['-BlacklistThreshold', '1000000000'],
]
