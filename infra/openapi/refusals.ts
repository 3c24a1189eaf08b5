import { VERSION } from '../../shared/handler/parameters.ts'

/** A response of failure: its status, and each code that it may have, as README's table of errors has them. */
export type Refusal = {
  status: number
  /** Beside the text of the status. */
  text: string
  codes: Readonly<Record<string, CodeWords>>
  /** Whose answer the examples are. */
  of: string
  /** Headers that only this response has. */
  headers?: readonly ('Retry-After' | 'WWW-Authenticate' | 'Allow')[]
  /** The platform answers it in its own form: the manager has not seen the request. */
  isOfPlatform?: true
}

export type CodeWords = {
  /** When this is the code. */
  when: string
  /** As it stands in the example, where the code is a pattern. */
  code?: string
  message: string
}

const noAction = (action: string): CodeWords => ({
  when: 'No such action: `Action` or `Version` is another than that of this function.',
  message: `This is ${action}, version ${VERSION}, and no other action.`,
})

const UNREADABLE_PARAMETERS = {
  'MissingParameter.<Name>': {
    when: 'This parameter is required. An empty one counts as absent.',
    code: 'MissingParameter.SandboxId',
    message: 'SandboxId is required.',
  },
  'InvalidParameter.<Name>': {
    when: 'This parameter has a value that cannot be; the message says what would be right.',
    code: 'InvalidParameter.SandboxId',
    message: 'SandboxId must be the id of a sandbox (i-...).',
  },
}

const THROTTLED = {
  FlowLimitExceeded: {
    when: 'The cloud throttles the calls of this account, also after several tries.',
    message:
      'The cloud throttles calls (DescribeInstances). Request was rejected because the request speed of this openAPI is beyond the current flow control limit.',
  },
}

/** Every response of failure that there is, by name. */
export const REFUSALS = {
  BadRequest: {
    status: 400,
    text: 'The request has to be changed.',
    of: 'RenewSandbox',
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
    text: 'The event cannot be understood. To send it again would not help.',
    of: 'TeardownSandboxes',
    codes: {
      ...UNREADABLE_PARAMETERS,
      'MissingParameter.<Name>': {
        ...UNREADABLE_PARAMETERS['MissingParameter.<Name>'],
        message: 'SandboxId is required, or a list of them: SandboxIds.',
      },
      InvalidEvent: {
        when: 'It is neither a CloudEvent nor JSON, or it has no data that could be read.',
        message: 'A CloudEvent needs id, a text that is not empty.',
      },
    },
  },
  Unauthorized: {
    status: 401,
    text: 'A right key is needed.',
    of: 'DescribeSandboxes',
    codes: {
      MissingAuthenticationToken: {
        when: 'The request has no key.',
        message: 'A key is required: Authorization: Bearer <key>, or X-API-Key: <key>.',
      },
      InvalidAccessKey: {
        when: 'A key of the request is wrong, even if another header has a right one.',
        message: 'The key is wrong.',
      },
    },
    headers: ['WWW-Authenticate'],
  },
  OverrideDenied: {
    status: 403,
    text: 'The operator has fixed this.',
    of: 'CreateSandbox',
    codes: {
      'OperationDenied.<Name>': {
        when: 'This parameter is not in `security.allowed_overrides`, or is `ProjectName` where a project is configured.',
        code: 'OperationDenied.SubnetId',
        message: 'SubnetId is fixed by the operator.',
      },
    },
  },
  TokenExpired: {
    status: 403,
    text: 'The token is too old.',
    of: 'ValidateVncToken',
    codes: {
      'InvalidVncToken.Expired': {
        when: '`security.vnc_token_ttl_seconds` are over, or those of its reuse.',
        message: 'The token has expired. Get a new one from DescribeSandboxTerminalUrl.',
      },
    },
  },
  NoSuchAction: {
    status: 404,
    text: 'There is no such action.',
    of: 'DescribeSandboxes',
    codes: { InvalidActionOrVersion: noAction('DescribeSandboxes') },
  },
  NoSuchSandbox: {
    status: 404,
    text: 'There is no such sandbox.',
    of: 'DeleteSandbox',
    codes: {
      'InvalidSandbox.NotFound': {
        when: 'No sandbox has this id, or it is that of a machine that is not one of this manager.',
        message: 'There is no sandbox i-07c4f744a9d14da387ec.',
      },
      InvalidActionOrVersion: noAction('DeleteSandbox'),
    },
  },
  NoSuchToken: {
    status: 404,
    text: 'The token opens nothing.',
    of: 'ValidateVncToken',
    codes: {
      'InvalidVncToken.NotFound': {
        when: 'It is unknown or has been used, or its sandbox is gone or not RUNNING.',
        message: 'The token is not valid. Get a new one from DescribeSandboxTerminalUrl.',
      },
      InvalidActionOrVersion: noAction('ValidateVncToken'),
    },
  },
  MethodNotAllowed: {
    status: 405,
    text: 'This is called with another method.',
    of: 'DescribeSandboxes',
    codes: {
      MethodNotAllowed: {
        when: 'Actions are called with GET or POST, events are sent with POST.',
        message: 'Send an HTTP request with GET or POST.',
      },
    },
    headers: ['Allow'],
  },
  TokenSpent: {
    status: 409,
    text: 'The `ClientToken` cannot be used for this.',
    of: 'CreateSandbox',
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
    text: 'The sandbox is in a state in which this cannot be done.',
    of: 'DescribeSandboxTerminalUrl',
    codes: {
      InvalidSandboxStatus: {
        when: 'The message says which state it is, and what to do.',
        message: 'Sandbox i-07c4f744a9d14da387ec is CREATING. A terminal needs it RUNNING.',
      },
    },
  },
  TooLarge: {
    status: 413,
    text: 'The body is too large.',
    of: 'CreateSandbox',
    codes: {
      RequestEntityTooLarge: { when: 'It has more than 64 KiB.', message: 'A body may have at most 65536 bytes.' },
    },
  },
  NotText: {
    status: 415,
    text: 'The body is not UTF-8. The local cloud answers this in the place of the manager, which takes text alone; what veFaaS does is not documented.',
    of: 'CreateSandbox',
    codes: {
      unsupported_body: {
        when: 'Write it as JSON in UTF-8.',
        message: 'the body is not UTF-8, and the event of a handler has only text',
      },
    },
    isOfPlatform: true,
  },
  NoRoom: {
    status: 429,
    text: 'A limit is reached.',
    of: 'CreateSandbox',
    codes: {
      'QuotaExceeded.MaximumSandboxes': {
        when: '`security.max_sandboxes` of this manager is reached.',
        message: 'There are 20 of at most 20 sandboxes.',
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
    of: 'DescribeSandboxes',
    codes: THROTTLED,
    headers: ['Retry-After'],
  },
  InternalError: {
    status: 500,
    text: 'The manager failed.',
    of: 'DescribeSandboxes',
    codes: {
      InternalError: {
        when: 'A bug, or a configuration that cannot be used. The log tells which; the answer does not.',
        message: 'The manager failed. Its log tells why.',
      },
    },
  },
  CloudRefuses: {
    status: 502,
    text: 'The cloud refuses the manager: its credentials, or a value of its configuration. No fault of the caller.',
    of: 'DescribeSandboxes',
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
    text: 'The cloud, or the agent in a Windows sandbox, refuses the manager: its credentials, or a value of its configuration. No fault of the caller.',
    of: 'DescribeSandboxTerminalUrl',
    codes: {
      ServiceUnavailable: {
        when: 'The agent in a Windows sandbox refuses the key of the manager, or the manager its certificate.',
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
    text: 'The cloud, or the agent in a Windows sandbox, fails. Repeat later; the work may have been done.',
    of: 'DescribeSandboxes',
    codes: {
      ServiceUnavailable: {
        when: 'The cloud is out of reach, or was not understood; or the agent did not set a password.',
        message: 'The cloud is out of reach (DescribeInstances). There was no answer.',
      },
      '*': {
        when: "The cloud's own code, also where it has no such machine in stock.",
        code: 'InternalError',
        message: 'The cloud failed (DescribeInstances). The service has failed.',
      },
    },
    headers: ['Retry-After'],
  },
  CloudIsLate: {
    status: 504,
    text: 'There was no answer in time. The work may have been done.',
    of: 'DescribeSandboxes',
    codes: {
      UpstreamTimeout: {
        when: 'The cloud, or the agent in a Windows sandbox, did not answer in time.',
        message: 'The cloud did not answer in time (DescribeInstances). There was no answer.',
      },
      '*': {
        when: "The cloud's own code, where it says itself that it was late.",
        code: 'GatewayTimeout',
        message: 'The cloud did not answer in time (DescribeInstances). The service was late.',
      },
    },
  },
  NotAllDeleted: {
    status: 503,
    text: 'Not all sandboxes could be deleted. Send the event again.',
    of: 'TeardownSandboxes',
    codes: {
      ServiceUnavailable: {
        when: "The message names those that are left, and the cloud's own codes.",
        message: 'Not deleted yet (InvalidInstanceStatus): i-07c4f744a9d14da387ec. Deliver the event again.',
      },
    },
    headers: ['Retry-After'],
  },
} as const satisfies Record<string, Refusal>

export type RefusalName = keyof typeof REFUSALS

/** What any request may be refused with. */
export const EVERY_REFUSAL = ['Unauthorized', 'MethodNotAllowed', 'TooLarge', 'NotText', 'InternalError'] as const

/** What any action may be refused with beside that. */
export const EVERY_ACTION_REFUSAL = ['BadRequest', 'CloudRefuses', 'CloudFails', 'CloudIsLate'] as const
