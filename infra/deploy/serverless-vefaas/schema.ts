// JSON schemas of serverless.yml for osls, which reports every mistake before the cloud is called. The limits come from
// the veFaaS and APIG API references (CreateFunction, CreateTimer, CreateKafkaTrigger, CreateGateway, CreateRoute).
// They are constant literals, because config.ts derives types from them.

const text = { type: 'string', minLength: 1 } as const
const flag = { type: 'boolean' } as const
const integer = (minimum: number, maximum: number) => ({ type: 'integer', minimum, maximum }) as const
const matching = (pattern: string) => ({ type: 'string', pattern }) as const
const listOf = <const Items>(items: Items) => ({ type: 'array', items, minItems: 1 }) as const
/** A map whose keys match a pattern. With `propertyNames`, the error would not name the wrong key. */
const mapOf = <const Values>(keys: string, values: Values) =>
  ({ type: 'object', patternProperties: { [keys]: values }, additionalProperties: false }) as const
const closed = <const Properties extends object, const Required extends readonly (keyof Properties)[]>(
  properties: Properties,
  ...required: Required
) => ({ type: 'object', properties, required, additionalProperties: false }) as const

const id = matching('^[A-Za-z0-9_-]{1,64}$')
const TOKEN = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$" // header names (RFC 9110, section 5.6.2)
const method = { enum: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] } as const

const exactlyOne = { minProperties: 1, maxProperties: 1 } as const

/** Settings of `provider`, for all functions, and of one function. */
const settings = {
  memorySize: { ...integer(512, 4096), multipleOf: 512 }, // MB
  timeout: integer(1, 900), // seconds that a call may take
  initializerTimeout: integer(1, 900), // seconds
  exclusive: flag, // an instance serves one call at a time
  maxConcurrency: integer(1, 1000), // the documented minimum differs: 1 or 10
  minInstances: integer(0, 10_000),
  maxInstances: integer(1, 10_000),
  environment: mapOf('^[A-Za-z_][A-Za-z0-9_]{0,62}$', { type: 'string' }),
  role: matching('^trn:iam::[^:]+:role/.+$'),
  vpc: closed(
    { id, subnetIds: listOf(id), securityGroupIds: listOf(id), internetAccess: flag },
    'id',
    'subnetIds',
    'securityGroupIds',
  ),
  log: closed({ project: id, topic: id }, 'project', 'topic'),
  project: text,
  tags: mapOf('^.{1,128}$', { ...text, maxLength: 256 }),
} as const

const gateway = closed({
  id: text,
  name: matching('^[A-Za-z0-9][A-Za-z0-9-]{1,62}$'),
  service: matching('^[A-Za-z0-9][A-Za-z0-9-]{1,127}$'),
  network: { enum: ['public', 'private', 'both'] },
  vpc: closed({ id, subnetIds: listOf(id) }, 'id', 'subnetIds'),
  cors: closed(
    {
      origins: listOf(matching('^(\\*|https?://[^/?#\\s]+)$')), // without path, as browsers send them
      methods: listOf(method),
      headers: listOf(matching(TOKEN)),
      exposeHeaders: listOf(matching(TOKEN)),
      credentials: flag,
      maxAge: integer(0, 86_400), // seconds
    },
    'origins',
  ),
  keyAuth: closed(
    {
      header: matching(TOKEN),
      consumers: {
        // A short key could be guessed.
        ...mapOf('^[A-Za-z0-9][A-Za-z0-9-]{0,30}$', closed({ key: matching('^[!-~]{16,256}$') }, 'key')),
        minProperties: 1,
      },
    },
    'consumers',
  ),
})

const provider = {
  // The cloud's list of runtimes grows. A rule refuses those that call no handler (rules.ts).
  runtime: matching('^[a-z][a-z0-9.-]*/v\\d+$'),
  region: matching('^[a-z]+(-[a-z0-9]+)+$'),
  stage: matching('^[a-z][a-z0-9-]{0,15}$'),
  endpoint: matching('^https?://[^/?#\\s]+$'),
  gateway,
  ...settings,
} as const

const { stage: _stage, ...ofStage } = provider

/** The keys of `provider`, except its name. */
export const providerSchema = closed(
  { ...provider, stages: mapOf('^[A-Za-z0-9-]+$', closed(ofStage)) },
  'runtime',
  'region',
)

/** The keys of a function, except its name and events. */
export const functionSchema = closed(
  {
    handler: matching('^[\\w./-]+\\.\\w+$'),
    description: { type: 'string', maxLength: 1000 },
    package: closed({ artifact: text }),
    ...settings,
  },
  'handler',
)

/** A plain text is an exact match. */
const match = { anyOf: [text, { ...closed({ exact: text, prefix: text, regex: text }), ...exactlyOne }] } as const

/** A request that the route accepts, for the curl command of `deploy` and `info`. `$NAME` is a variable of the shell. */
const example = closed({
  method,
  query: mapOf('.', { anyOf: [text, { type: 'integer' }] } as const),
  header: mapOf(TOKEN, text),
  body: { anyOf: [text, { type: 'object' }] }, // a map becomes JSON
})

/** The events that call a function. */
export const eventSchemas = {
  // A rule requires action or path (rules.ts), because the error of a schema would be hard to understand.
  apig: closed({
    action: matching('^[A-Za-z][A-Za-z0-9]*$'),
    version: matching('^\\d{4}-\\d{2}-\\d{2}$'),
    path: match,
    method: { anyOf: [method, listOf(method)] },
    query: mapOf('.', match),
    header: mapOf(TOKEN, match),
    timeout: integer(1, 900), // seconds that the gateway waits
    example,
  }),
  timer: closed(
    {
      crontab: text,
      name: matching('^[A-Za-z][A-Za-z0-9-]{3,63}$'),
      payload: { anyOf: [{ type: 'string' }, { type: 'object' }] },
      enabled: flag,
      enableConcurrency: flag,
      retries: integer(0, 10), // examples have 0 and 5; no limit is documented
      description: { type: 'string', maxLength: 500 },
    },
    'crontab',
  ),
  kafka: closed(
    {
      instanceId: id,
      topic: text,
      username: text,
      password: text,
      name: matching('^[A-Za-z][A-Za-z0-9_]{3,62}$'),
      mechanism: { enum: ['PLAIN', 'SCRAM-SHA-256'] },
      startingPosition: { enum: ['Latest', 'Earliest'] },
      batchSize: integer(1, 1000),
      batchMilliseconds: integer(1000, 60_000),
      retries: integer(0, 100),
      enabled: flag,
      description: { type: 'string', maxLength: 500 },
    },
    'instanceId',
    'topic',
    'username',
    'password',
  ),
}
