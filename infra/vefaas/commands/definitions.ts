const functionOption = { usage: 'Name of the function', shortcut: 'f', required: true, type: 'string' }
const data = { usage: 'Input data, as JSON', shortcut: 'd', type: 'string' }
const path = { usage: 'Path to a file of JSON with the input data; - is stdin', shortcut: 'p', type: 'string' }
const raw = { usage: 'Take the input data for a text, not for JSON', type: 'boolean' }

/**
 * The commands beside those that osls has for every provider. It has `logs`, `invoke` and `rollback function` too, with
 * options that only AWS has; under lifecycle events of their own these have the options that mean something here.
 */
export const definitions = {
  deploy: {
    options: {
      plan: { usage: 'Show what would be created, updated, left and removed, and change nothing', type: 'boolean' },
    },
  },
  logs: {
    usage: 'Output what the running instances of a function have written',
    lifecycleEvents: ['show'],
    options: {
      function: functionOption,
      tail: { usage: 'Go on with what they write from now on', shortcut: 't', type: 'boolean' },
      limit: { usage: 'How many of its last lines of each instance', shortcut: 'l', type: 'string' },
    },
  },
  invoke: {
    usage: 'Call a deployed function over its route at the gateway',
    lifecycleEvents: ['call'],
    options: {
      function: functionOption,
      data,
      path,
      raw,
      query: { usage: 'Of the address: --query <key>=<value>, any number of them', shortcut: 'q', type: 'multiple' },
    },
  },
  rollback: {
    type: 'container',
    commands: {
      function: {
        usage: 'Let an earlier revision of a function serve again',
        lifecycleEvents: ['release'],
        options: {
          function: functionOption,
          'function-version': { usage: 'Its number; when left out, the one before', type: 'string' },
          'with-variables': { usage: 'Also where its variables differ from those of now', type: 'boolean' },
        },
      },
    },
  },
  watch: {
    usage: 'Deploy, and deploy each function again when it changes',
    lifecycleEvents: ['deploy', 'watch'],
    options: {},
  },
}
