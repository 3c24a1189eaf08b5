/**
 * The type of a field of a response in the official SDKs (the models of Python 5.0.42 and of Go of August 2026). int32
 * and int64 are `integer`. The model of a list has the model of its items, that of an object the models of its fields.
 */
export type Model = 'string' | 'integer' | 'boolean' | readonly [Model] | { readonly [field: string]: Model }

const each = (type: Model, names: string) => Object.fromEntries(names.split(' ').map((name) => [name, type]))
const strings = (names: string) => each('string', names)
const integers = (names: string) => each('integer', names)
const booleans = (names: string) => each('boolean', names)

const empty = {}
const id = strings('Id')
const listOf = (item: Model) => ({ Items: [item] as const, ...integers('Total') })
const tags: Model = [strings('Key Value')]

// ECS, 2020-04-01.

const error = { Error: strings('Code Message') }
const operationDetails = { OperationDetails: [{ ...strings('InstanceId'), ...error }] as const }
const instance = {
  ...strings(
    'AffinityGroupId CreatedAt DeploymentSetId Description ElasticScheduledInstanceType ExpiredAt HostName Hostname HpcClusterId ImageId InstanceChargeType InstanceId InstanceName InstanceTypeId KeyPairId KeyPairName OsName OsType ProjectName ScheduledInstanceId SpotStrategy Status StoppedMode UpdatedAt Uuid VpcId ZoneId',
  ),
  ...integers('Cpus DeploymentSetGroupNumber MemorySize'),
  ...booleans('DeletionProtection EnableJumboFrame'),
  CpuOptions: { ...integers('CoreCount ThreadsPerCore'), ...strings('TopologyType') },
  EipAddress: strings('AllocationId IpAddress'),
  LocalVolumes: [{ ...integers('Count Size'), ...strings('VolumeType') }],
  NetworkInterfaces: [
    {
      ...strings('MacAddress NetworkInterfaceId PrimaryIpAddress SubnetId Type VpcId'),
      ...each(['string'], 'Ipv6Addresses SecurityGroupIds'),
    },
  ],
  Placement: strings('Affinity DedicatedHostClusterId DedicatedHostId Tenancy'),
  RdmaIpAddresses: ['string'],
  Tags: tags,
  Volumes: [strings('VolumeId')],
} as const

const ecs: Record<string, Model> = {
  RunInstances: { InstanceIds: ['string'] },
  DescribeInstances: { Instances: [instance], ...strings('NextToken'), ...integers('TotalCount') },
  ...each(empty, 'DeleteInstance StartInstance StopInstance RebootInstance ModifyInstanceAttribute'),
  ...each(operationDetails, 'DeleteInstances StartInstances StopInstances RebootInstances'),
  ...each(strings('RequestId'), 'TagResources UntagResources'),
  DescribeTags: { TagResources: [strings('ResourceId ResourceType TagKey TagValue')], ...strings('NextToken') },
  DescribeInstanceECSTerminalUrl: strings('EcsTerminalUrl'),
  DescribeInstanceVncUrl: strings('VncUrl'),
}

// veFaaS, 2024-06-06 and 2021-03-03.

const destination = strings('Destination')
const asyncTaskConfig = {
  ...booleans('EnableAsyncTask'),
  ...integers('MaxRetry'),
  DestinationConfig: { OnFailure: destination, OnSuccess: destination },
}
/** The fields that functions and revisions have in common. */
const settings = {
  ...strings('CreationTime Description Id InstanceType Name Role Runtime Source SourceLocation SourceType'),
  ...integers('CodeSize CodeSizeLimit InitializerSec MaxConcurrency MemoryMB RequestTimeout'),
  ...booleans('ExclusiveMode'),
  Envs: [strings('Key Value')],
  NasStorage: {
    ...booleans('EnableNas'),
    NasConfigs: [{ ...strings('FileSystemId LocalMountPath MountPointId RemotePath'), ...integers('Gid Uid') }],
  },
  TlsConfig: { ...booleans('EnableLog'), ...strings('TlsProjectId TlsTopicId') },
  TosMountConfig: {
    ...booleans('EnableTos'),
    Credentials: strings('AccessKeyId SecretAccessKey'),
    MountPoints: [{ ...strings('BucketName BucketPath Endpoint LocalMountPath'), ...booleans('ReadOnly') }],
  },
  VpcConfig: {
    ...booleans('EnableSharedInternetAccess EnableVpc'),
    ...strings('VpcId'),
    ...each(['string'], 'SecurityGroupIds SubnetIds'),
  },
} as const
const getFunctionResult = {
  ...settings,
  ...strings('Command CpuStrategy LastUpdateTime Owner ProjectName'),
  ...integers('Cpu Port TriggersCount'),
  ...booleans('EnableApmplus'),
}
const listedFunction = { ...getFunctionResult, ...strings('Cell FunctionType'), Tags: tags }
const revision = {
  ...settings,
  ...strings('RevisionCreationTime RevisionDescription'),
  ...integers('MaxReplicas RevisionNumber'),
  AsyncTaskConfig: asyncTaskConfig,
}
const release = {
  ...strings('ErrorCode FailedInstanceLogs FunctionId ReleaseRecordId StartTime Status StatusMessage'),
  ...integers('CurrentTrafficWeight NewRevisionNumber OldRevisionNumber StableRevisionNumber TargetTrafficWeight'),
}
const instances = integers('MaxInstance MinInstance ReservedFrozenInstance')
const timer = {
  ...strings('CreationTime Crontab Description FunctionId Id LastUpdateTime Name Payload'),
  ...integers('Retries'),
  ...booleans('EnableConcurrency Enabled'),
}
const kafkaTrigger = {
  ...strings(
    'ConsumerGroup CreationTime Description FunctionId Id LastUpdateTime MqInstanceId Name StartingPosition Status TopicName',
  ),
  ...integers('MaximumRetryAttempts'),
  ...booleans('Enabled'),
}

const vefaas: Record<string, Model> = {
  ...each({ ...listedFunction, AsyncTaskConfig: asyncTaskConfig }, 'CreateFunction UpdateFunction'),
  GetFunction: { ...getFunctionResult, AsyncTaskConfig: asyncTaskConfig },
  ListFunctions: listOf(listedFunction),
  ...each(empty, 'DeleteFunction DeleteTimer DeleteKafkaTrigger CodeUploadCallback'),
  GetFunctionResource: {
    FunctionResource: {
      ...strings('Id LastUpdateTime Name Status'),
      ...integers('GPUMemoryMB MaxGPUResource MaxResource MemoryMB'),
      ...booleans('ReservedDPEnabled'),
      ...instances,
    },
    AccountResource: { ...strings('AccountId'), ...integers('Aailable Allocated Total') },
  },
  UpdateFunctionResource: { ...id, ...instances },
  GetCodeUploadAddress: strings('UploadAddress'),
  GenTempTosObjectUrl: strings('InnerSourceLocation OuterSourceLocation'),
  ...each(release, 'Release GetReleaseStatus UpdateRelease AbortRelease'),
  ListReleaseRecords: listOf({
    ...strings('CreationTime Description FinishTime FunctionId Id LastUpdateTime Status'),
    ...integers('SourceRevisionNumber TargetRevisionNumber'),
  }),
  GetRevision: revision,
  ListRevisions: listOf({ ...revision, ...strings('FunctionType') }),
  ListTriggers: listOf({
    ...strings('AccountID CreationTime Description DetailedConfig FunctionID Id ImageVersion LastUpdateTime Name Type'),
    ...booleans('Enabled'),
  }),
  ...each(timer, 'CreateTimer UpdateTimer GetTimer'),
  ...each(kafkaTrigger, 'CreateKafkaTrigger UpdateKafkaTrigger GetKafkaTrigger'),
  ListFunctionInstances: listOf({
    ...strings(
      'AvailabilityZone CreationTime ExpireAt Id InstanceName InstanceStatus InstanceType UserVpcIP UserVpcIPv6',
    ),
    ...integers('RevisionNumber'),
    Labels: {},
  }),
  GetFunctionInstanceLogs: strings('Logs'),
}

// APIG, 2021-03-03; routes and plugins 2022-11-12.

const networkType = booleans('EnablePrivateNetwork EnablePublicNetwork')
const gateway = {
  ...strings('Comments CreateTime Id Message Name ProjectName Region Status Type Version'),
  Events: [strings('Code CreateTime Description')],
  LogSpec: { ...booleans('Enable'), ...strings('ProjectId TopicId') },
  MonitorSpec: { ...booleans('Enable'), ...strings('WorkspaceID') },
  ResourceSpec: {
    ...strings('CLBSpecCode InstanceSpecCode PublicNetworkBillingType'),
    ...integers('PublicNetworkBandwidth Replicas'),
    NetworkType: networkType,
  },
} as const
const domains = { Domains: [strings('Domain Type')], CustomDomains: [strings('Domain Id')] } as const
const gatewayService = {
  ...strings('Comments CreateTime GatewayId GatewayName Id Message Name ServiceType Status'),
  ...domains,
  AuthSpec: booleans('Enable'),
  DomainSpec: booleans('EnablePublicResolution'),
  Protocol: ['string'],
} as const
const upstream = {
  ...strings('Comments CreateTime GatewayId Id Name Protocol SourceType UpdateTime'),
  BackendTargetList: [empty],
  CircuitBreakingSettings: {
    ...booleans('Enable'),
    ...integers('BaseEjectionTime ConsecutiveErrors Interval MaxEjectionPercent MinHealthPercent'),
  },
  ConnectionPoolSettings: {
    ...booleans('Enable'),
    ...integers('Http1MaxPendingRequests IdleTimeout MaxConnections'),
  },
  LoadBalancerSettings: { ...strings('LbPolicy SimpleLB'), ...integers('WarmupDuration') },
  TlsSettings: strings('Sni TlsMode'),
  UpstreamSpec: { VeFaas: strings('FunctionId') },
  VersionDetails: [empty],
} as const
const match = strings('MatchContent MatchType')
const keyMatch = { ...strings('Key'), Value: match }
const route = {
  ...strings('CreateTime Id Name Reason ServiceId ServiceName Status UpdateTime'),
  ...integers('Priority'),
  ...booleans('Enable'),
  ...domains,
  AdvancedSetting: {
    CorsPolicySetting: {
      ...booleans('AllowCredentials Enable'),
      ...integers('MaxAge'),
      ...each(['string'], 'AllowHeaders AllowMethods ExposeHeaders'),
      AllowOrigins: [strings('MatchType Value')],
    },
    HeaderOperations: [strings('Key Operation Value')],
    TimeoutSetting: { ...booleans('Enable'), ...integers('Timeout') },
  },
  MatchRule: { Path: match, Method: ['string'], Header: [keyMatch], QueryString: [keyMatch] },
  UpstreamList: [{ ...strings('UpstreamId Version'), ...integers('Weight') }],
} as const
const consumer = strings('Comments CreateTime GatewayId GatewayName Id Name UpdateTime')
const pluginBinding = {
  ...strings(
    'Description GatewayId GatewayName Id PluginConfig PluginName RouteId RouteName Scope ServiceId ServiceName Target TargetName UpdateTime',
  ),
  ...booleans('Enable'),
}
const exist = booleans('Exist')

const apig: Record<string, Model> = {
  ...each(
    id,
    'CreateGateway UpdateGateway CreateGatewayService UpdateGatewayService CreateUpstream UpdateUpstream CreateRoute UpdateRoute CreateConsumer UpdateConsumer CreateConsumerCredential CreatePluginBinding UpdatePluginBinding',
  ),
  ...each(
    empty,
    'DeleteGateway DeleteGatewayService DeleteUpstream DeleteRoute DeleteConsumer DeleteConsumerCredential DeletePluginBinding DeletePlugin',
  ),
  ...each(exist, 'CheckGatewayExist CheckConsumerExist'),
  ...each({ ...exist, ...id }, 'CheckGatewayServiceExist CheckUpstreamExist CheckUpstreamSpecExist CheckRouteExist'),
  CheckConsumerCredentialExist: { ...exist, ...strings('ConsumerId Id') },
  GetGateway: {
    Gateway: {
      ...gateway,
      NetworkSpec: { ...strings('VpcId VpcName'), Subnets: [strings('AZ SubnetId SubnetName')] },
    },
  },
  ListGateways: listOf({ ...gateway, NetworkSpec: { ...strings('VpcId'), SubnetIds: ['string'] } }),
  GetGatewayService: { GatewayService: gatewayService },
  ListGatewayServices: listOf(gatewayService),
  GetUpstream: { Upstream: upstream },
  ListUpstreams: listOf(upstream),
  GetRoute: { Route: route },
  ListRoutes: listOf(route),
  GetConsumer: { Consumer: consumer },
  ListConsumers: listOf(consumer),
  ListConsumerCredentials: listOf({
    ...strings('CredentialType Id'),
    HmacAuthCredential: { ...strings('AccessKey SecretKey'), ...booleans('Enable') },
    KeyAuthCredential: { ...strings('APIKey'), ...booleans('Enable') },
  }),
  GetPluginBinding: pluginBinding,
  ListPluginBindings: listOf(pluginBinding),
  ...each(strings('PluginID'), 'CreatePlugin UpdatePlugin'),
  GetPlugin: {
    ...strings('AddonStatus CreateTime GatewayId Message PluginConfig PluginID PluginName UpdateTime'),
    ...booleans('Enable'),
  },
}

/** The model of the result of each emulated action, by service. */
export const models = { ecs, vefaas, apig }
