import { expect, test } from 'vitest'
import { createLeaveShortcut } from './leave-shortcut.ts'

const FLAGS = { Control: 'ctrlKey', Alt: 'altKey', Meta: 'altKey', Shift: 'shiftKey' } as const

/** Presses (`+Key`) and releases (`-Key`) keys. Returns the steps that complete the shortcut. */
function completingSteps(keys: string): string[] {
  const isComplete = createLeaveShortcut()
  const held = { ctrlKey: false, altKey: false, shiftKey: false }
  return keys.split(' ').filter((step) => {
    const key = step.slice(1)
    const flag = FLAGS[key as keyof typeof FLAGS]
    if (flag) held[flag] = step.startsWith('+')
    return isComplete({ type: step.startsWith('+') ? 'keydown' : 'keyup', key, ...held })
  })
}

test.each([
  ['+Control +Alt +Shift -Shift -Alt -Control', ['-Control']],
  ['+Shift +Control +Alt -Control -Shift -Alt', ['-Alt']],
  ['+Control +Shift +Meta -Control -Shift -Meta', ['-Meta']], // Alt while Shift is held, on some systems
  ['+Control +Alt +Shift +Shift -Shift -Alt -Control', ['-Control']], // a key that repeats
  ['+Control +Alt +Shift +t -t -Shift -Alt -Control', []],
  ['+Control +Alt -Alt -Control', []],
  ['+Control +Alt -Control +Shift -Alt -Shift', []],
  ['+a -a', []],
])('%s', (keys, expected) => {
  expect(completingSteps(keys)).toEqual(expected)
})
