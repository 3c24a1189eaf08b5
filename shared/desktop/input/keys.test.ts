import { describe, expect, test } from 'vitest'
import { keysymOfKey, keysymsOfCombination } from './keys.ts'

describe('a key', () => {
  test.each([
    [0xff0d, ['Return', 'Enter', 'enter', 'RETURN']],
    [0xff1b, ['Escape', 'Esc', 'esc']],
    [0xff08, ['BackSpace', 'Backspace', 'backspace']],
    [0xff09, ['Tab', 'tab']],
    [0xff55, ['Page_Up', 'PageUp', 'page up', 'pgup', 'Prior']],
    [0xff56, ['Page_Down', 'PageDown', 'page-down', 'pgdn', 'Next']],
    [0xff51, ['Left', 'ArrowLeft', 'arrow_left']],
    [0xffff, ['Delete', 'Del']],
    [0xff63, ['Insert', 'ins']],
    [0xffeb, ['super', 'Super_L', 'meta', 'Meta', 'MetaLeft', 'cmd', 'command', 'win']],
    [0xffe3, ['ctrl', 'Control', 'Control_L', 'ControlLeft']],
    [0xffe9, ['alt', 'Alt_L', 'AltLeft', 'option']],
    [0xffe1, ['shift', 'Shift_L', 'ShiftLeft']],
    [0xfe03, ['AltGr', 'AltGraph', 'ISO_Level3_Shift']],
    [0x20, ['space', ' ', 'Spacebar']],
    [0xffbe, ['F1', 'f1']],
    [0xffc9, ['F12']],
    [0xffe0, ['F35']],
    [0xffb7, ['KP_7', 'Numpad7']],
    [0xff8d, ['KP_Enter', 'NumpadEnter']],
    [0x61, ['a', 'KeyA']],
    [0x41, ['A']],
    [0x31, ['1', 'Digit1']],
    [0x2d, ['-', 'minus', 'Minus']],
    [0xe4, ['ä']],
    [0x1004e2d, ['中']],
    [0x101f600, ['😀']],
  ])('0x%s has the usual names', (keysym, names) => {
    expect(names.map((name) => [name, keysymOfKey(name)])).toEqual(names.map((name) => [name, keysym]))
  })

  test.each(['', 'F0', 'F36', 'F100', 'KP_10', 'nothing', 'constructor', 'ab'])('%j does not exist', (name) => {
    expect(() => keysymOfKey(name)).toThrow('There is no key of that name')
  })
})

describe('a combination', () => {
  test.each([
    ['+', [0xffe1, 0x2b]],
    ['ctrl++', [0xffe3, 0xffe1, 0x2b]],
    ['ctrl+plus', [0xffe3, 0xffe1, 0x2b]],
    ['ctrl+-', [0xffe3, 0x2d]],
    ['ctrl + c', [0xffe3, 0x63]],
    [' ', [0x20]],
    ['super+L', [0xffeb, 0x6c]],
    ['alt+F4', [0xffe9, 0xffc1]],
    ['shift+1', [0xffe1, 0x21]],
    ['shift+A', [0xffe1, 0x41]],
    ['shift+Left', [0xffe1, 0xff51]],
  ])('%s', (combination, keysyms) => {
    expect(keysymsOfCombination(combination)).toEqual(keysyms)
  })

  test.each(['ctrl+', '+a', 'ctrl++a', 'a+b+c+d+e+f+g+h+i'])('%s is not one', (combination) => {
    expect(() => keysymsOfCombination(combination)).toThrow()
  })
})
