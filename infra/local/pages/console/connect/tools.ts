/** The tools of `/mcp`, by the right that they need. A test of ../../../site compares them with those of the function. */
const TOOLS: Record<string, readonly string[]> = {
  CreateSandbox: ['create_sandbox'],
  DescribeSandboxes: ['wait_for_desktop', 'list_sandboxes'],
  RenewSandbox: ['renew_sandbox'],
  StopSandbox: ['stop_sandbox'],
  StartSandbox: ['start_sandbox'],
  DeleteSandbox: ['delete_sandbox'],
  DescribeSandboxTerminalUrl: ['open_desktop'],
  UseDesktop: [
    'screenshot',
    'move_mouse',
    'click_mouse',
    'drag_mouse',
    'scroll',
    'press_key',
    'type_text',
    'get_cursor_position',
    'wait',
  ],
}

/** The tools that a caller with these rights gets. */
export function toolsFor(rights: readonly string[]): string[] {
  return Object.entries(TOOLS).flatMap(([right, tools]) => (rights.includes(right) ? tools : []))
}
