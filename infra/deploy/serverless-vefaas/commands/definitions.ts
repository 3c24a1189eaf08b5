const functionOption = { usage: 'Name of the function', shortcut: 'f', required: true, type: 'string' }
const data = { usage: 'Input data, as JSON', shortcut: 'd', type: 'string' }
const path = { usage: 'Path to a JSON file with the input data; - is stdin', shortcut: 'p', type: 'string' }
const raw = { usage: 'Treat the input data as text, not as JSON', type: 'boolean' }

/**
 * The commands that osls does not have for every provider. Its own `logs`, `invoke` and `rollback function` have
 * options of AWS; the lifecycle events here are different, so that only the options below apply.
 */
export const definitions = {
  deploy: {
    options: {
      plan: {
        usage: 'Show what would be created, updated, left and removed, without changing anything',
        type: 'boolean',
      },
    },
  },
  logs: {
    usage: 'Output the logs of the running instances of a function',
    lifecycleEvents: ['show'],
    options: {
      function: functionOption,
      tail: { usage: 'Follow the logs', shortcut: 't', type: 'boolean' },
      limit: { usage: 'Maximum number of lines per instance, the last ones', shortcut: 'l', type: 'string' },
    },
  },
  invoke: {
    usage: 'Call a deployed function through its route at the gateway',
    lifecycleEvents: ['call'],
    options: {
      function: functionOption,
      data,
      path,
      raw,
      query: { usage: 'Query parameter, as --query <key>=<value>; may be repeated', shortcut: 'q', type: 'multiple' },
    },
  },
  rollback: {
    type: 'container',
    commands: {
      function: {
        usage: 'Serve an earlier revision of a function again',
        lifecycleEvents: ['release'],
        options: {
          function: functionOption,
          'function-version': { usage: 'Number of the revision; by default the previous one', type: 'string' },
          'with-variables': {
            usage: 'Also if the variables of the revision differ from the current ones',
            type: 'boolean',
          },
        },
      },
    },
  },
  watch: {
    usage: 'Deploy, and redeploy each function when it changes',
    lifecycleEvents: ['deploy', 'watch'],
    options: {},
  },
}
