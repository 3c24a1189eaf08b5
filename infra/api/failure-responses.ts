import { VERSION } from '../../shared/handler/parameters.ts'

/** The response of a failure: its status and its possible codes, as in the table of functions/README.md. */
export type FailureResponse = {
  status: number
  text: string
  codes: Readonly<Record<string, CodeDescription>>
  /** The action in the examples. */
  exampleAction: string
  /** Headers that only some responses have. */
  headers?: readonly ('Retry-After' | 'WWW-Authenticate' | 'Allow')[]
  /** The platform returns it in its own format: the request did not reach the manager. */
  isFromPlatform?: true
}

export type CodeDescription = {
  /** When this code is returned. */
  when: string
  /** The code in the example, if the name is a pattern. */
  code?: string
  message: string
}

const noAction = (action: string): CodeDescription => ({
  when: 'No such action: `Action` or `Version` is not that of this function.',
  message: `This is ${action}, version ${VERSION}, and no other action.`,
})

const UNREADABLE_PARAMETERS = {
  'MissingParameter.<Name>': {
    when: 'This parameter is required. An empty value counts as absent.',
    code: 'MissingParameter.SandboxId',
    message: 'SandboxId is required.',
  },
  'InvalidParameter.<Name>': {
    when: 'The value of this parameter is invalid. The message says what is valid.',
    code: 'InvalidParameter.SandboxId',
    message: 'SandboxId must be the id of a sandbox (i-...).',
  },
}

const THROTTLED = {
  FlowLimitExceeded: {
    when: 'The cloud throttles the calls of this account, even after several tries.',
    message:
      'The cloud throttles calls (DescribeInstances). Request was rejected because the request speed of this openAPI is beyond the current flow control limit.',
  },
}

const noRight = (action: string, group: string) => ({
  'OperationDenied.Action': {
    when: 'The key of the request has no right to call this. The message names the right.',
    message: `The caller has no right to call ${action}. Its actions need "${action}" or "${group}".`,
  },
})

/** The responses of all failures, by name. */
export const FAILURE_RESPONSES = {
  BadRequest: {
    status: 400,
    text: 'The request must be changed.',
    exampleAction: 'RenewSandbox',
    codes: {
      ...UNREADABLE_PARAMETERS,
      'UnknownParameter.<Name>': {
        when: 'The action has no such parameter. Names are case-sensitive.',
        code: 'UnknownParameter.LifetimeSecond',
        message: 'There is no parameter LifetimeSecond. Known: SandboxId, LifetimeSeconds.',
      },
    },
  },
  BadEvent: {
    status: 400,
    text: 'The event cannot be understood. Sending it again does not help.',
    exampleAction: 'TeardownSandboxes',
    codes: {
      ...UNREADABLE_PARAMETERS,
      'MissingParameter.<Name>': {
        ...UNREADABLE_PARAMETERS['MissingParameter.<Name>'],
        message: 'SandboxId is required, or a list of them: SandboxIds.',
      },
      InvalidEvent: {
        when: 'It is neither a CloudEvent nor JSON, or it has no readable data.',
        message: 'A CloudEvent needs id, a text that is not empty.',
      },
    },
  },
  Unauthorized: {
    status: 401,
    text: 'A valid key is required.',
    exampleAction: 'DescribeSandboxes',
    codes: {
      MissingAuthenticationToken: {
        when: 'The request has no key.',
        message: 'A key is required: Authorization: Bearer <key>, or X-API-Key: <key>.',
      },
      InvalidAccessKey: {
        when: 'A key in the request is wrong, even if another header has a valid one.',
        message: 'The key is wrong.',
      },
    },
    headers: ['WWW-Authenticate'],
  },
  NoRight: {
    status: 403,
    text: 'The key may not call this.',
    exampleAction: 'DeleteSandbox',
    codes: noRight('DeleteSandbox', 'lifecycle'),
  },
  OverrideDenied: {
    status: 403,
    text: 'The operator does not allow this.',
    exampleAction: 'CreateSandbox',
    codes: {
      ...noRight('CreateSandbox', 'lifecycle'),
      'OperationDenied.<Name>': {
        when: 'This parameter is not in `security.allowed_overrides`, or it is `ProjectName` and a project is configured.',
        code: 'OperationDenied.SubnetId',
        message: 'SubnetId is fixed by the operator.',
      },
    },
  },
  OwnerDenied: {
    status: 403,
    text: 'The key may not call this, or sees only the sandboxes of its owner.',
    exampleAction: 'DescribeSandboxes',
    codes: {
      ...noRight('DescribeSandboxes', 'read'),
      'OperationDenied.Owner': {
        when: '`Owner` is not the owner of this key.',
        message: 'The caller sees only sandboxes of the owner planner.',
      },
    },
  },
  TokenExpired: {
    status: 403,
    text: 'The token has expired, or the key may not call this.',
    exampleAction: 'ValidateVncToken',
    codes: {
      ...noRight('ValidateVncToken', 'use'),
      'InvalidVncToken.Expired': {
        when: '`security.vnc_token_ttl_seconds` have passed, or `security.vnc_token_reuse_seconds` since its first use.',
        message: 'The token has expired. Get a new one from DescribeSandboxTerminalUrl.',
      },
    },
  },
  NoSuchAction: {
    status: 404,
    text: 'There is no such action.',
    exampleAction: 'DescribeSandboxes',
    codes: { InvalidActionOrVersion: noAction('DescribeSandboxes') },
  },
  NoSuchSandbox: {
    status: 404,
    text: 'There is no such sandbox.',
    exampleAction: 'DeleteSandbox',
    codes: {
      'InvalidSandbox.NotFound': {
        when: 'No sandbox that this key sees has this id.',
        message: 'There is no sandbox i-07c4f744a9d14da387ec.',
      },
      InvalidActionOrVersion: noAction('DeleteSandbox'),
    },
  },
  NoSuchToken: {
    status: 404,
    text: 'The token is not valid.',
    exampleAction: 'ValidateVncToken',
    codes: {
      'InvalidVncToken.NotFound': {
        when: 'It is unknown or already used, or its sandbox is gone or not RUNNING.',
        message: 'The token is not valid. Get a new one from DescribeSandboxTerminalUrl.',
      },
      InvalidActionOrVersion: noAction('ValidateVncToken'),
    },
  },
  MethodNotAllowed: {
    status: 405,
    text: 'Another method is required.',
    exampleAction: 'DescribeSandboxes',
    codes: {
      MethodNotAllowed: {
        when: 'Actions need GET or POST, events need POST.',
        message: 'Send an HTTP request with GET or POST.',
      },
    },
    headers: ['Allow'],
  },
  TokenSpent: {
    status: 409,
    text: 'The `ClientToken` cannot be used for this call.',
    exampleAction: 'CreateSandbox',
    codes: {
      IdempotentParameterMismatch: {
        when: 'This `ClientToken`, or the `X-Request-ID` in its place, was used with other parameters.',
        message:
          'The ClientToken was used with other parameters, or the configuration has changed since. For another sandbox, send a new ClientToken.',
      },
    },
  },
  WrongStatus: {
    status: 409,
    text: 'The state of the sandbox does not allow this.',
    exampleAction: 'DescribeSandboxTerminalUrl',
    codes: {
      InvalidSandboxStatus: {
        when: 'The message has the state and says what to do.',
        message: 'Sandbox i-07c4f744a9d14da387ec is CREATING. A terminal needs it RUNNING.',
      },
    },
  },
  TooLarge: {
    status: 413,
    text: 'The body is too large.',
    exampleAction: 'CreateSandbox',
    codes: {
      RequestEntityTooLarge: { when: 'It has more than 64 KiB.', message: 'A body may have at most 65536 bytes.' },
    },
  },
  NotText: {
    status: 415,
    text: 'The body is not UTF-8. The local cloud returns this itself, because the manager accepts only text. The behaviour of veFaaS is not documented.',
    exampleAction: 'CreateSandbox',
    codes: {
      unsupported_body: {
        when: 'Send JSON in UTF-8.',
        message: 'the body is not UTF-8, and the event of a handler has only text',
      },
    },
    isFromPlatform: true,
  },
  NoRoom: {
    status: 429,
    text: 'A limit is reached.',
    exampleAction: 'CreateSandbox',
    codes: {
      'QuotaExceeded.MaximumSandboxes': {
        when: '`security.max_sandboxes` of this manager is reached, or `security.max_sandboxes_per_owner` of the owner.',
        message: 'The limit of sandboxes (20) is reached.',
      },
      'QuotaExceeded.*': {
        when: "A quota of the cloud account is used up. The code is the cloud's own.",
        code: 'QuotaExceeded.MaximumInstances',
        message:
          'A quota of the account is used up (RunInstances). The quota of 20 instances in this region is used up.',
      },
      FlowLimitExceeded: {
        ...THROTTLED.FlowLimitExceeded,
        message:
          'The cloud throttles calls (RunInstances). The machine may exist: repeat the call with ClientToken=task-7-try. Request was rejected because the request speed of this openAPI is beyond the current flow control limit.',
      },
    },
    headers: ['Retry-After'],
  },
  Throttled: {
    status: 429,
    text: 'Too many calls.',
    exampleAction: 'DescribeSandboxes',
    codes: THROTTLED,
    headers: ['Retry-After'],
  },
  NoRoomForMachine: {
    status: 503,
    text: 'The cloud fails, or has no room for the machine. Try again later. The disk of the machine is safe.',
    exampleAction: 'StartSandbox',
    codes: {
      ServiceUnavailable: {
        when: 'The cloud cannot be reached, or its answer cannot be understood.',
        message: 'The cloud is out of reach (DescribeInstances). There was no answer.',
      },
      '*': {
        when: "The cloud's own code, also if machines of this type are sold out.",
        code: 'InsufficientInventory',
        message:
          'The cloud has no room for the machine now. Its disk is safe: start it later. The instance type is out of stock in the specified zone.',
      },
    },
    headers: ['Retry-After'],
  },
  InternalError: {
    status: 500,
    text: 'The manager failed.',
    exampleAction: 'DescribeSandboxes',
    codes: {
      InternalError: {
        when: 'A bug, or an invalid configuration. The log says which, the answer does not.',
        message: 'The manager failed. Its log tells why.',
      },
    },
  },
  CloudRefuses: {
    status: 502,
    text: 'The cloud refuses the credentials of the manager, or a value of its configuration. The caller is not at fault.',
    exampleAction: 'DescribeSandboxes',
    codes: {
      '*': {
        when: "The cloud's own code.",
        code: 'AccessDenied',
        message: 'The cloud refused the manager (DescribeInstances). The role has no policy for it.',
      },
    },
  },
  AgentRefuses: {
    status: 502,
    text: 'The cloud, or the agent in a Windows sandbox, refuses the credentials of the manager, or a value of its configuration. The caller is not at fault.',
    exampleAction: 'DescribeSandboxTerminalUrl',
    codes: {
      ServiceUnavailable: {
        when: 'The agent in a Windows sandbox refuses the key of the manager, or the manager refuses the certificate of the agent.',
        message:
          'The password agent in the sandbox refused windows.agent_key: it must be the key that the agent was started with.',
      },
      '*': {
        when: "The cloud's own code.",
        code: 'AccessDenied',
        message: 'The cloud refused the manager (DescribeInstances). The role has no policy for it.',
      },
    },
  },
  CloudFails: {
    status: 503,
    text: 'The cloud, or the agent in a Windows sandbox, fails. Try again later. The work may have been done.',
    exampleAction: 'DescribeSandboxes',
    codes: {
      ServiceUnavailable: {
        when: 'The cloud cannot be reached, its answer cannot be understood, or the agent has not set the password.',
        message: 'The cloud is out of reach (DescribeInstances). There was no answer.',
      },
      '*': {
        when: "The cloud's own code, also if machines of this type are sold out.",
        code: 'InternalError',
        message: 'The cloud failed (DescribeInstances). The service has failed.',
      },
    },
    headers: ['Retry-After'],
  },
  CloudIsLate: {
    status: 504,
    text: 'No answer arrived in time. The work may have been done.',
    exampleAction: 'DescribeSandboxes',
    codes: {
      UpstreamTimeout: {
        when: 'The cloud, or the agent in a Windows sandbox, did not answer in time.',
        message: 'The cloud did not answer in time (DescribeInstances). There was no answer.',
      },
      '*': {
        when: "The cloud's own code, if it reports a timeout itself.",
        code: 'GatewayTimeout',
        message: 'The cloud did not answer in time (DescribeInstances). The service was late.',
      },
    },
  },
  NotAllDeleted: {
    status: 503,
    text: 'Not all sandboxes could be deleted. Send the event again.',
    exampleAction: 'TeardownSandboxes',
    codes: {
      ServiceUnavailable: {
        when: "The message has the ids of those that are left, and the cloud's own codes.",
        message: 'Not deleted yet (InvalidInstanceStatus): i-07c4f744a9d14da387ec. Deliver the event again.',
      },
    },
    headers: ['Retry-After'],
  },
} as const satisfies Record<string, FailureResponse>

export type FailureName = keyof typeof FAILURE_RESPONSES

/** The failures that any request may have. */
export const COMMON_FAILURES = [
  'Unauthorized',
  'NoRight',
  'MethodNotAllowed',
  'TooLarge',
  'NotText',
  'InternalError',
] as const

/** The failures that any action may have in addition. */
export const ACTION_FAILURES = ['BadRequest', 'CloudRefuses', 'CloudFails', 'CloudIsLate'] as const
