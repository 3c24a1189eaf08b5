import * as v from 'valibot'
import { integer, stringMatching } from '../gateway/body-schemas.ts'
import { maxPageSize, maxSeconds } from './assumptions.ts'

// Schemas of parameters that several actions share, with their limits (veFaaS API reference, CreateFunction).

/** Counts code points, not UTF-16 units. */
export const stringOfLength = (min: number, max: number) =>
  v.pipe(
    v.string(),
    v.check(
      (value) => {
        const length = Array.from(value).length
        return length >= min && length <= max
      },
      min === 0 ? `it may have at most ${max} characters` : `it must have ${min} to ${max} characters`,
    ),
  )

export const description = stringOfLength(0, 1000)

const envs = v.pipe(
  v.array(
    v.object({
      Key: stringMatching(/^[A-Za-z_]\w{0,62}$/, '1 to 63 letters, digits and "_", not starting with a digit'),
      Value: v.optional(v.string(), ''),
    }),
  ),
  v.check((list) => new Set(list.map(({ Key }) => Key)).size === list.length, 'it contains a Key twice'),
)

const tags = v.pipe(
  v.array(v.object({ Key: stringOfLength(1, 128), Value: v.optional(stringOfLength(0, 256), '') })),
  v.check((list) => new Set(list.map(({ Key }) => Key)).size === list.length, 'it contains a Key twice'),
)

const vpcConfig = v.pipe(
  v.object({
    EnableVpc: v.optional(v.boolean(), false),
    VpcId: v.optional(v.string(), ''),
    SubnetIds: v.optional(v.array(v.string()), []),
    SecurityGroupIds: v.optional(v.array(v.string()), []),
    EnableSharedInternetAccess: v.optional(v.boolean(), false),
  }),
  v.check(
    ({ EnableVpc, VpcId, SubnetIds, SecurityGroupIds }) =>
      !EnableVpc || (VpcId !== '' && SubnetIds.length > 0 && SecurityGroupIds.length > 0),
    'EnableVpc requires VpcId, SubnetIds and SecurityGroupIds',
  ),
)

const tlsConfig = v.object({
  EnableLog: v.optional(v.boolean(), false),
  TlsProjectId: v.optional(v.string(), ''),
  TlsTopicId: v.optional(v.string(), ''),
})

const destination = v.object({ Destination: v.optional(v.string(), '') })
const asyncTaskConfig = v.object({
  EnableAsyncTask: v.optional(v.boolean(), false),
  MaxRetry: v.optional(integer(0, 3), 0),
  DestinationConfig: v.optional(
    v.object({ OnSuccess: v.optional(destination, {}), OnFailure: v.optional(destination, {}) }),
    {},
  ),
})

const mountPath = stringMatching(/^\/.{0,127}$/, '1 to 128 characters, starting with "/"')
const nasStorage = v.object({
  EnableNas: v.optional(v.boolean(), false),
  NasConfigs: v.optional(
    v.array(
      v.object({
        FileSystemId: v.string(),
        MountPointId: v.optional(v.string(), ''),
        RemotePath: mountPath,
        LocalMountPath: mountPath,
        Uid: v.literal(1000),
        Gid: v.literal(1000),
      }),
    ),
    [],
  ),
})

const tosMountConfig = v.object({
  EnableTos: v.optional(v.boolean(), false),
  Credentials: v.optional(v.object({ AccessKeyId: v.string(), SecretAccessKey: v.string() })),
  MountPoints: v.optional(
    v.array(
      v.object({
        BucketName: v.string(),
        BucketPath: v.optional(v.string(), '/'),
        Endpoint: v.optional(v.string(), ''),
        LocalMountPath: v.string(),
        ReadOnly: v.optional(v.boolean(), false),
      }),
    ),
    [],
  ),
})

/** The parameters of CreateFunction and UpdateFunction, besides Name, Runtime and Id. */
export const functionFields = {
  Description: v.optional(description),
  Source: v.optional(v.string()),
  SourceType: v.optional(v.picklist(['zip', 'tos', 'image'])),
  SourceAccessConfig: v.optional(v.object({ Username: v.string(), Password: v.string() })),
  Command: v.optional(v.string()),
  Port: v.optional(integer(1, 65_535)),
  MemoryMB: v.optional(
    v.pipe(
      integer(512, 4096),
      v.check((value) => value % 512 === 0, 'it must be a multiple of 512'),
    ),
  ),
  CpuMilli: v.optional(integer(1)),
  // Documented up to 900. Official tools send 1800, so the emulator accepts more.
  RequestTimeout: v.optional(integer(1, maxSeconds)),
  InitializerSec: v.optional(integer(1, maxSeconds)),
  ExclusiveMode: v.optional(v.boolean()),
  MaxConcurrency: v.optional(integer(10, 1000)),
  Envs: v.optional(envs),
  Role: v.optional(
    stringMatching(/^$|^trn:iam::\d+:role\/[\w.@-]+$/, 'a name like trn:iam::2100000000:role/some-role'),
  ),
  ProjectName: v.optional(stringOfLength(1, 64)),
  Tags: v.optional(tags),
  VpcConfig: v.optional(vpcConfig),
  TlsConfig: v.optional(tlsConfig),
  TosMountConfig: v.optional(tosMountConfig),
  NasStorage: v.optional(nasStorage),
  AsyncTaskConfig: v.optional(asyncTaskConfig),
  EnableApmplus: v.optional(v.boolean()),
}

export const functionName = stringMatching(/^[\w-]{4,64}$/, '4 to 64 letters, digits, "-" and "_"')

/** From the veFaaS API reference, CreateFunction; official tools also use the native runtimes. */
export const runtime = v.picklist([
  'node20/v1',
  'node14/v1',
  'nodeprime14/v1',
  'golang/v1',
  'python3.9/v1',
  'python3.10/v1',
  'python3.12/v1',
  'native/v1',
  'nativejava8/v1',
  'native-node20/v1',
  'native-node14/v1',
  'native-python3.9/v1',
  'native-python3.10/v1',
  'native-python3.12/v1',
])

/** The default page size is that of ListFunctions (veFaaS API reference). */
export const pageFields = {
  PageNumber: v.optional(integer(1), 1),
  PageSize: v.optional(integer(1, maxPageSize), 10),
}

/**
 * Filters and orders of lists whose names are not published. They are refused, because ignoring them would hide a
 * mistake of the client.
 */
export const unknownFilters = {
  Filters: v.optional(
    v.pipe(v.array(v.unknown()), v.maxLength(0, 'the emulator does not support filters of this list')),
  ),
  OrderBy: v.optional(v.never('the emulator only supports the default order of this list, the newest first')),
}
