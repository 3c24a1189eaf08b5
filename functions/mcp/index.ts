import { mcp } from '../../shared/handler/mcp.ts'
import { INSTRUCTIONS } from './instructions.ts'
import { LIFECYCLE_TOOLS } from './lifecycle-tools.ts'

/** The endpoint of the Model Context Protocol, with which agents create, see, use and delete desktops. */
export const handler = mcp({ instructions: INSTRUCTIONS, tools: LIFECYCLE_TOOLS })

export { initializer } from '../../shared/manager/initializer.ts'
