// What serverless.yml may say, as JSON schemas for osls: it names every mistake before anything is called. The limits are
// those of the veFaaS and APIG API references (CreateFunction, CreateTimer, CreateKafkaTrigger, CreateGateway, CreateRoute).

const text = { type: 'string', minLength: 1 }
const flag = { type: 'boolean' }
const whole = (minimum: number, maximum: number) => ({ type: 'integer', minimum, maximum })
const matching = (pattern: string) => ({ type: 'string', pattern })
const listOf = (items: object, minItems = 1) => ({ type: 'array', items, minItems })
const mapOf = (additionalProperties: object, propertyNames?: object) => ({
  type: 'object',
  additionalProperties,
  ...(propertyNames && { propertyNames }),
})
const closed = (properties: Record<string, object>, ...required: string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

const id = matching('^[A-Za-z0-9_-]{1,64}$')

/** For all functions, and again for one. */
const settings = {
  memorySize: { ...whole(512, 4096), multipleOf: 512 },
  timeout: whole(1, 900),
  initializerTimeout: whole(1, 900),
  exclusive: flag,
  maxConcurrency: whole(1, 1000), // documents differ on the least: 1 or 10
  minInstances: whole(0, 10_000),
  maxInstances: whole(1, 10_000),
  environment: mapOf({ type: 'string' }, { pattern: '^[A-Za-z_][A-Za-z0-9_]{0,62}$' }),
  role: matching('^trn:iam::[^:]+:role/.+$'),
  vpc: closed(
    { id, subnetIds: listOf(id), securityGroupIds: listOf(id), internetAccess: flag },
    'id',
    'subnetIds',
    'securityGroupIds',
  ),
  log: closed({ project: id, topic: id }, 'project', 'topic'),
  project: text,
  tags: mapOf(text, { minLength: 1, maxLength: 128 }),
}

const gateway = closed({
  id: text,
  name: matching('^[A-Za-z0-9][A-Za-z0-9-]{1,62}$'),
  service: matching('^[A-Za-z0-9][A-Za-z0-9-]{1,127}$'),
  network: { enum: ['public', 'private', 'both'] },
  vpc: closed({ id, subnetIds: listOf(id) }, 'id', 'subnetIds'),
  cors: closed(
    {
      origins: listOf(text),
      methods: listOf(text),
      headers: listOf(text),
      exposeHeaders: listOf(text),
      credentials: flag,
      maxAge: whole(0, 86_400),
    },
    'origins',
  ),
  keyAuth: closed(
    {
      header: matching('^[A-Za-z0-9-]{1,64}$'),
      consumers: {
        // A short key can be guessed, over and over, by whoever finds the gateway.
        ...mapOf(closed({ key: matching('^[!-~]{16,256}$') }, 'key'), { pattern: '^[A-Za-z0-9][A-Za-z0-9-]{0,30}$' }),
        minProperties: 1,
      },
    },
    'consumers',
  ),
})

const provider = {
  runtime: { enum: ['node20/v1', 'node14/v1', 'python3.9/v1', 'python3.12/v1', 'golang/v1'] },
  region: matching('^[a-z]+(-[a-z0-9]+)+$'),
  stage: matching('^[a-z][a-z0-9-]{0,15}$'),
  endpoint: matching('^https?://[^/?#\\s]+$'),
  gateway,
  ...settings,
}

const { region: _region, stage: _stage, ...ofStage } = { ...provider }

export const providerSchema = {
  properties: { ...provider, stages: mapOf(closed({ ...ofStage, region: provider.region })) },
  required: ['runtime', 'region'],
}

export const functionSchema = {
  properties: {
    handler: matching('^[\\w./-]+\\.\\w+$'),
    description: { type: 'string', maxLength: 1000 },
    package: closed({ artifact: text }),
    ...settings,
  },
  required: ['handler'],
}

const match = {
  anyOf: [text, closed({ exact: text }, 'exact'), closed({ prefix: text }, 'prefix'), closed({ regex: text }, 'regex')],
}
const method = { enum: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] }

/** What can call a function. */
export const eventSchemas = {
  apig: {
    ...closed({
      action: matching('^[A-Za-z][A-Za-z0-9]*$'),
      version: matching('^\\d{4}-\\d{2}-\\d{2}$'),
      path: match,
      method: { anyOf: [method, listOf(method)] },
      query: mapOf(match),
      header: mapOf(match),
      timeout: whole(1, 900),
    }),
    anyOf: [{ required: ['action'] }, { required: ['path'] }],
  },
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
