import { expect, test } from 'vitest'
import { webSocketAccess } from './access.ts'

const TOKEN = 'i-1.abc_DEF-0'
const terminal = (Url?: string) => ({ Token: TOKEN, ...(Url && { Url }) })

test.each([
  [
    'the console of npm start',
    `http://127.0.0.1:8102/console#token=${TOKEN}`,
    `ws://127.0.0.1:8102/websockify?token=${TOKEN}`,
  ],
  [
    'noVNC with its settings after #',
    `https://viewer.example.com/vnc.html#autoconnect=true&path=websockify%3Ftoken%3D${TOKEN}`,
    `wss://viewer.example.com/websockify?token=${TOKEN}`,
  ],
  [
    'noVNC with its settings after ?',
    `http://viewer.example.com:6080/vnc.html?path=desktops/ws%3Ftoken%3D${TOKEN}`,
    `ws://viewer.example.com:6080/desktops/ws?token=${TOKEN}`,
  ],
  [
    'a path that names another host',
    `https://viewer.example.com/vnc.html#path=//evil.example/${TOKEN}`,
    `wss://viewer.example.com/evil.example/${TOKEN}`,
  ],
])('the WebSocket of %s', (_, viewer, webSocketUrl) => {
  expect(webSocketAccess({ password: 'fake' }, terminal(viewer))).toEqual({ webSocketUrl, password: 'fake' })
})

test('a configured proxy is used instead of that of the viewer', () => {
  const route = { webSocketUrl: 'wss://proxy.example.com/ws' }
  expect(webSocketAccess(route, terminal('https://viewer.example.com/'))).toMatchObject({
    webSocketUrl: `wss://proxy.example.com/ws?token=${TOKEN}`,
  })
})

test('without a viewer and a proxy, the error says what to set', () => {
  expect(() => webSocketAccess({}, terminal())).toThrow('webSocketUrl')
})
