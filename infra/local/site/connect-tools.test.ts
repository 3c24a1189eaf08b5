import { expect, test } from 'vitest'
import { DESKTOP_TOOLS } from '../../../functions/mcp/desktop-tools.ts'
import { LIFECYCLE_TOOLS } from '../../../functions/mcp/lifecycle-tools.ts'
import { ACTIONS } from '../../../shared/config/callers.ts'
import { toolsFor } from '../pages/console/connect/tools.ts'

const TOOLS = [...LIFECYCLE_TOOLS, ...DESKTOP_TOOLS]

test.each(ACTIONS)('the right to %s gives the tools that the function mcp gives for it', (right) => {
  const expected = TOOLS.filter((tool) => tool.right === right).map(({ name }) => name)
  expect(toolsFor([right])).toEqual(expected)
})

test('all rights give all tools, and none gives none', () => {
  expect(toolsFor(ACTIONS).sort()).toEqual(TOOLS.map(({ name }) => name).sort())
  expect(toolsFor([])).toEqual([])
})
