// What serverless.yml may say, as JSON schemas for osls: it names every mistake before anything is called. The limits are
// those of the veFaaS and APIG API references (CreateFunction, CreateTimer, CreateKafkaTrigger, CreateGateway, CreateRoute).

const text = { type: 'string', minLength: 1 }
const flag = { type: 'boolean' }
const whole = (minimum: number, maximum: number) => ({ type: 'integer', minimum, maximum })
const matching = (pattern: string) => ({ type: 'string', pattern })
const listOf = (items: object, minItems = 1) => ({ type: 'array', items, minItems })
/** A map whose keys have a form. One that has not is named, which `propertyNames` would not do. */
const mapOf = (keys: string, values: object) => ({
  type: 'object',
  patternProperties: { [keys]: values },
  additionalProperties: false,
})
const closed = (properties: Record<string, object>, ...required: string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

const id = matching('^[A-Za-z0-9_-]{1,64}$')
const TOKEN = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$" // of names of headers (RFC 9110, section 5.6.2)
const method = { enum: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] }

const exactlyOne = { minProperties: 1, maxProperties: 1 }

/** For all functions, and again for one. */
const settings = {
  memorySize: { ...whole(512, 4096), multipleOf: 512 },
  timeout: whole(1, 900),
  initializerTimeout: whole(1, 900),
  exclusive: flag,
  maxConcurrency: whole(1, 1000), // documents differ on the least: 1 or 10
  minInstances: whole(0, 10_000),
  maxInstances: whole(1, 10_000),
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
}

const gateway = closed({
  id: text,
  name: matching('^[A-Za-z0-9][A-Za-z0-9-]{1,62}$'),
  service: matching('^[A-Za-z0-9][A-Za-z0-9-]{1,127}$'),
  network: { enum: ['public', 'private', 'both'] },
  vpc: closed({ id, subnetIds: listOf(id) }, 'id', 'subnetIds'),
  cors: closed(
    {
      origins: listOf(matching('^(\\*|https?://[^/?#\\s]+)$')), // as browsers send them: no path, no slash at the end
      methods: listOf(method),
      headers: listOf(matching(TOKEN)),
      exposeHeaders: listOf(matching(TOKEN)),
      credentials: flag,
      maxAge: whole(0, 86_400),
    },
    'origins',
  ),
  keyAuth: closed(
    {
      header: matching(TOKEN),
      consumers: {
        // A short key can be guessed, over and over, by whoever finds the gateway.
        ...mapOf('^[A-Za-z0-9][A-Za-z0-9-]{0,30}$', closed({ key: matching('^[!-~]{16,256}$') }, 'key')),
        minProperties: 1,
      },
    },
    'consumers',
  ),
})

const provider = {
  // The list is the cloud's, and grows. Those that call no handler are a rule (rules.ts).
  runtime: matching('^[a-z][a-z0-9.-]*/v\\d+$'),
  region: matching('^[a-z]+(-[a-z0-9]+)+$'),
  stage: matching('^[a-z][a-z0-9-]{0,15}$'),
  endpoint: matching('^https?://[^/?#\\s]+$'),
  gateway,
  ...settings,
}

const { stage: _stage, ...ofStage } = provider

/** What stands under `provider`, beside its name. */
export const providerSchema = {
  properties: { ...provider, stages: mapOf('^[A-Za-z0-9-]+$', closed(ofStage)) },
  required: ['runtime', 'region'],
}

/** What stands under a function, beside its name and events. */
export const functionSchema = {
  properties: {
    handler: matching('^[\\w./-]+\\.\\w+$'),
    description: { type: 'string', maxLength: 1000 },
    package: closed({ artifact: text }),
    ...settings,
  },
  required: ['handler'],
}

/** A text is compared as a whole. */
const match = { anyOf: [text, { ...closed({ exact: text, prefix: text, regex: text }), ...exactlyOne }] }

/** What can call a function. */
export const eventSchemas = {
  // It needs action or path; what a schema says about that nobody understands, so it is a rule (rules.ts).
  apig: closed({
    action: matching('^[A-Za-z][A-Za-z0-9]*$'),
    version: matching('^\\d{4}-\\d{2}-\\d{2}$'),
    path: match,
    method: { anyOf: [method, listOf(method)] },
    query: mapOf('.', match),
    header: mapOf(TOKEN, match),
    timeout: whole(1, 900),
  }),
  timer: closed(
    {
      crontab: text,
      name: matching('^[A-Za-z][A-Za-z0-9-]{3,63}$'),
      payload: { anyOf: [{ type: 'string' }, { type: 'object' }] },
      enabled: flag,
      enableConcurrency: flag,
      retries: whole(0, 10), // 0 and 5 stand in examples; no limit is documented
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
      batchSize: whole(1, 1000),
      batchMilliseconds: whole(1000, 60_000),
      retries: whole(0, 100),
      enabled: flag,
      description: { type: 'string', maxLength: 500 },
    },
    'instanceId',
    'topic',
    'username',
    'password',
  ),
}
