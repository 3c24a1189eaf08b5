import { mcp } from '../../shared/handler/mcp.ts'
import { DESKTOP_TOOLS } from './desktop-tools.ts'
import { INSTRUCTIONS } from './instructions.ts'
import { LIFECYCLE_TOOLS } from './lifecycle-tools.ts'

/** The endpoint of the Model Context Protocol, with which agents create, see, use and delete desktops. */
export const handler = mcp({ instructions: INSTRUCTIONS, tools: [...LIFECYCLE_TOOLS, ...DESKTOP_TOOLS] })

export { initializer } from '../../shared/manager/initializer.ts'
