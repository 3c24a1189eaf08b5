/** The texts of openapi.json in Chinese, paragraph by paragraph. */
export const CHINESE: Readonly<Record<string, string>> = {
  'Sandboxes for computer-use agents: desktops on VolcEngine ECS. HTTP actions create, list, open, renew, stop, start and delete them. A timer stops or deletes those whose time is up. Agents can also use sandboxes over the Model Context Protocol, at `/mcp`.':
    '供 computer-use 智能体使用的沙箱：火山引擎 ECS 上的桌面。通过 HTTP 接口创建、查询、打开、续期、停止、启动和删除，到期后由定时任务停止或删除。智能体还可以通过 `/mcp` 以 Model Context Protocol 使用沙箱。',
  '## Calls': '## 调用方式',
  'Call an action with `POST /?Action=<Action>&Version=2020-04-01`, and its parameters in a JSON body of at most 64 KiB. The short form has them in the query: `GET /?Action=<Action>&Version=2020-04-01&<parameters>`. `Action` and `Version` are always in the query, because the gateway routes by them. OpenAPI distinguishes operations only by path and method, so here `Action` and `Version` are part of the path. A tool appends the parameters of the short form with `&`.':
    '接口的调用形式是 `POST /?Action=<Action>&Version=2020-04-01`，参数放在不超过 64 KiB 的 JSON 请求体中。简写形式把参数放在查询参数中：`GET /?Action=<Action>&Version=2020-04-01&<parameters>`。`Action` 和 `Version` 始终放在查询参数中，因为网关按它们路由。OpenAPI 只按路径和方法区分操作，所以这里把 `Action` 和 `Version` 写进路径。对于简写形式，工具会用 `&` 追加参数。',
  'Names are PascalCase and case-sensitive. An unknown parameter is an error. An empty value counts as absent. A parameter that is repeated, or has different values in the query and in the body, is refused. HEAD and OPTIONS do nothing and return 204.':
    '参数名采用 PascalCase，区分大小写。未知参数会报错。空值视为未提供。重复的参数，或在查询参数与请求体中取值不同的参数，会被拒绝。HEAD 和 OPTIONS 不执行任何操作，返回 204。',
  '## Keys': '## 密钥',
  'Unless the gateway checks the callers (`security.auth = "gateway"`, as with `npm start`), every call needs a key: in `X-API-Key`, as `Authorization: Bearer`, in `Authorization` without a scheme, or as the password of `Authorization: Basic` with any user.':
    '除非由前面的网关校验调用方（`security.auth = "gateway"`，`npm start` 即如此），每次调用都需要密钥：放在 `X-API-Key` 中，作为 `Authorization: Bearer`，直接放在 `Authorization` 中，或作为 `Authorization: Basic` 的密码（用户名任意）。',
  '## Request ids': '## 请求 ID',
  'Every answer has the header `X-Request-ID`: the id from the request (1 to 128 characters of `A-Za-z0-9_.:-`), or a new one. The log has the same id. It also makes retries of CreateSandbox, StopSandbox, StartSandbox and RebootSandbox safe: send a new id with each new request.':
    '每个响应都带有 `X-Request-ID` 头：即请求中的 ID（1 至 128 个 `A-Za-z0-9_.:-` 字符），否则为新生成的 ID。可用它在日志中查找请求。它还能保证 CreateSandbox、StopSandbox、StartSandbox 和 RebootSandbox 重试安全：每个新请求请使用新的 ID。',
  '## Failures': '## 错误',
  'A failure has a status other than 2xx, a code for programs and a message for people. 429 and 503 have `Retry-After`, in seconds. After 503 and 504, the work may have been done: every action may be repeated, CreateSandbox with the same `ClientToken`.':
    '错误响应的状态码不是 2xx，带有供程序判断的错误码和供人阅读的说明。429 和 503 带有 `Retry-After`，单位为秒。返回 503 和 504 时操作可能已经完成：每个接口都可以重试，CreateSandbox 请使用相同的 `ClientToken`。',
  'The gateway that serves this description': '提供本描述的网关',
  'A deployment': '已部署的服务',
  'The address that `serverless info` prints.': '`serverless info` 输出的地址。',
  'Create, list, renew, stop, start and delete sandboxes.': '创建、查询、续期、停止、启动和删除沙箱。',
  'Open the desktop of a sandbox.': '打开沙箱的桌面。',
  'Delete sandboxes by events.': '通过事件删除沙箱。',
  'The same call, with the parameters in the query. Servers log URLs: send secrets with POST.':
    '同一接口，参数放在查询参数中。服务器会把 URL 写入日志：机密内容请用 POST 发送。',
  'Success.': '成功。',

  'The key.': '密钥。',
  'The key as the token.': '以密钥作为令牌。',
  'The key as the password, with any user.': '以密钥作为密码，用户名任意。',
  'Id of the request, which the answer and the log have too. An invalid one is replaced.':
    '请求 ID，响应和日志中也会带有。不合法的 ID 会被替换。',
  'Id of the request.': '请求 ID。',
  'Seconds after which a retry may succeed.': '经过这么多秒后重试可能成功。',
  'How to send a key.': '发送密钥的方式。',
  'The allowed methods.': '允许的方法。',
  'Id of the request, also in the header `X-Request-ID`: the one from the request, or a new one.':
    '请求 ID，也在 `X-Request-ID` 头中：即请求中的 ID，否则为新生成的 ID。',
  'Region of the cloud in which the sandboxes are.': '沙箱所在的云地域。',
  'The answer of every failure. Its status is not 2xx.': '所有错误的响应，状态码不是 2xx。',
  'For programs. If the cloud has failed, it is the code of the cloud.':
    '供程序判断。如果是云服务出错，则为云服务的错误码。',
  'For people: what was wrong, and what is right.': '供人阅读：哪里不对，以及正确的写法。',
  'The answer of the platform to a request that did not reach the manager.': '请求未到达管理器时平台的响应。',

  'Create a sandbox': '创建沙箱',
  'Creates a machine and returns its id at once. The machine then boots for some time. DescribeSandboxes shows when it is RUNNING.':
    '创建一台机器并立即返回其 ID；随后机器需要一段时间启动，可用 DescribeSandboxes 查看它何时进入 RUNNING。',
  'Send a `ClientToken`, or an `X-Request-ID`: calls with the same one create one machine, however often they are repeated. The same token from another caller creates another machine. If the cloud does not confirm a creation, or does not show its machine yet, the error message contains the token for the retry.':
    '请提供 `ClientToken` 或 `X-Request-ID`：无论重试多少次，同一个值只会创建一台机器。它只属于您：其他调用方使用相同的值会创建另一台机器。如果云端没有确认创建，或尚未显示该机器，错误说明中会给出重试所用的 ClientToken。',
  'Operating system.': '操作系统。',
  'The machine is called `sandbox-<InstanceName>`. Default: as configured. Must be 1 to 120 letters, digits and _ . -.':
    '机器名为 `sandbox-<InstanceName>`。不填时使用配置值。须为 1 至 120 个字母、数字或 _ . - 字符。',
  'Type of the machine: its processors and memory. Default: as configured. Must be an instance type (ecs.g3i.large).':
    '机器规格，即处理器和内存。不填时使用配置值。须为实例规格（如 ecs.g3i.large）。',
  'Zone of the machine. Default: as configured. Must be a zone (cn-beijing-a).':
    '所在可用区。不填时使用配置值。须为可用区（如 cn-beijing-a）。',
  'Image that the machine boots from. Default: as configured for its operating system. Must be the id of an image (image-...).':
    '启动镜像。不填时使用该操作系统的配置值。须为镜像 ID（image-...）。',
  'Project in the cloud account. Only if the operator allows it (`security.allowed_overrides`). Must be 1 to 64 letters, digits and _ . -.':
    '云账号中的项目。仅在运维方允许时可用（`security.allowed_overrides`）。须为 1 至 64 个字母、数字或 _ . - 字符。',
  'Subnet of the machine. Only if the operator allows it (`security.allowed_overrides`). Must be the id of a subnet (subnet-...).':
    '所在子网。仅在运维方允许时可用（`security.allowed_overrides`）。须为子网 ID（subnet-...）。',
  'Security groups, separated by commas. A query may also have them as `SecurityGroupIds.1=sg-1&SecurityGroupIds.2=sg-2`, and a JSON body as a list. Only if the operator allows it (`security.allowed_overrides`). Must be 1 to 5 ids of security groups (sg-...).':
    '安全组，用逗号分隔。查询参数也可写作 `SecurityGroupIds.1=sg-1&SecurityGroupIds.2=sg-2`，JSON 请求体也可用列表。仅在运维方允许时可用（`security.allowed_overrides`）。须为 1 至 5 个安全组 ID（sg-...）。',
  'Password of the machine\'s user. Send it in a body, not in a URL. Only if the operator allows it (`security.allowed_overrides`). Must have 8 to 30 characters of three kinds (upper, lower, digit, special but " and \\) and not begin with / or $6$, without a comma.':
    '机器用户的密码。不应出现在 URL 中，请放在请求体里。仅在运维方允许时可用（`security.allowed_overrides`）。须为 8 至 30 个字符，包含大写字母、小写字母、数字、特殊字符（" 和 \\ 除外）中的三类，不以 / 或 $6$ 开头，且不含逗号。',
  'Script that cloud-init runs at the first boot, in base64, with or without line breaks. Must be base64 (RFC 4648) of at most 16 KiB; in a query, + is written %2B.':
    'cloud-init 在首次启动时运行的脚本，以 base64 编码，可以换行。须为不超过 16 KiB 内容的 base64（RFC 4648）；放在查询参数中时，+ 写作 %2B。',
  'Key of an additional tag, other than the tags of the manager. Needs `TagValue`. Must be 1 to 128 letters, digits, spaces and _ . : / = + - @, not beginning with volc:, sys: or ecs-manager:.':
    '在管理器自身标签之外再加一个标签的键，不能是管理器的标签键。需同时提供 `TagValue`。须为 1 至 128 个字母、数字、空格或 _ . : / = + - @ 字符，不以 volc:、sys: 或 ecs-manager: 开头。',
  'Value of the additional tag. Must be 1 to 256 letters, digits, spaces and _ . : / = + - @.':
    '该标签的值。须为 1 至 256 个字母、数字、空格或 _ . : / = + - @ 字符。',
  'Time from the creation to the end of the sandbox, unless it is renewed: at most `lifetime.max_seconds`. 0 means no end, if the operator allows that. Default: as configured. Must be a whole number of seconds.':
    '创建后经过这么久即结束，除非续期；最长为 `lifetime.max_seconds`。0 表示永不结束，须运维方允许。不填时使用配置值。须为整数秒。',
  'Calls with the same token create one machine. Must be 1 to 64 printable ASCII characters without space and comma.':
    '无论发送多少次，只创建一台机器。须为 1 至 64 个可打印 ASCII 字符，不含空格和逗号。',
  'Id of the sandbox.': '沙箱 ID。',
  'When the sandbox ends, unless it is renewed; absent if it has no end. RFC 3339 in UTC, with seconds.':
    '沙箱的结束时间，除非续期；永不结束时不返回。格式为 RFC 3339，UTC，精确到秒。',
  'A new sandbox': '新沙箱',
  'A Linux desktop for an hour': '使用一小时的 Linux 桌面',
  'With a token, so that it can be repeated': '带令牌，可以重试',
  'Everything as configured': '全部使用配置值',

  'List sandboxes': '查询沙箱',
  'Lists all sandboxes without a limit, or those that match the parameters. An unknown id gives an empty list.':
    '列出全部沙箱，无论有多少；或列出符合参数条件的沙箱。未知的 ID 返回空列表。',
  'With `MaxResults` or `NextToken`, it returns one page, and `NextToken` beside `Result`. A page may have fewer sandboxes than requested, or none: only an empty `NextToken` marks the end.':
    '提供 `MaxResults` 或 `NextToken` 时返回一页，并在 `Result` 旁返回 `NextToken`。一页可能少于请求的数量，甚至为空：只有 `NextToken` 为空才表示结束。',
  'Only this sandbox. Must be the id of a sandbox (i-...).': '只查询该沙箱。须为沙箱 ID（i-...）。',
  'Only sandboxes in this status.': '只查询该状态的沙箱。',
  'Only sandboxes with this operating system.': '只查询该操作系统的沙箱。',
  'Maximum number of sandboxes on a page. Without it and without `NextToken`, the answer has all. Must be a whole number from 1 to 100.':
    '每页最多的沙箱数。不填且没有 `NextToken` 时返回全部。须为 1 至 100 的整数。',
  'Where the previous page ended. Must be the NextToken of the page before.':
    '上一页结束的位置。须为上一页返回的 NextToken。',
  'Address in the network of the sandboxes; only while RUNNING.': '沙箱网络中的地址；仅在 RUNNING 时返回。',
  'Status of the machine in ECS.': '机器状态，采用 ECS 的取值。',
  'Type of the machine.': '机器规格。',
  'Name of the machine: `sandbox-` and the name from its creation.': '机器名：`sandbox-` 加创建时的名称。',
  'Public address, if it has one.': '公网地址，有则返回。',
  'When it was created. RFC 3339 in UTC, with seconds.': '创建时间。格式为 RFC 3339，UTC，精确到秒。',
  'For the next page; empty at the end; absent if the answer has all.':
    '下一页的位置；到末尾时为空；返回全部时没有该字段。',
  'All sandboxes': '全部沙箱',
  'One page': '一页',
  'No such sandbox': '沙箱不存在',
  'A page of those that are RUNNING': '处于 RUNNING 的沙箱的一页',
  'One sandbox': '一个沙箱',

  'Set a new end for a sandbox': '重新设置沙箱的结束时间',
  'The sandbox ends after this number of seconds from now, which may be later or earlier than before.':
    '沙箱从现在起经过这么多秒后结束，可以比原来晚，也可以比原来早。',
  'It cannot be renewed from two seconds before its end, in ERROR or DELETING, or if it has been CREATING for too long.':
    '在结束前两秒之后、处于 ERROR 或 DELETING 状态、或 CREATING 过久时，不能续期。',
  'The sandbox. Must be the id of a sandbox (i-...).': '沙箱。须为沙箱 ID（i-...）。',
  'Time from now to the end of the sandbox, which is at most `lifetime.max_seconds` after its creation. 0 means no end, if the operator allows that. Must be a whole number of seconds.':
    '从现在起经过这么久即结束，最晚为创建后 `lifetime.max_seconds`。0 表示永不结束，须运维方允许。须为整数秒。',
  'The new end': '新的结束时间',
  'An hour from now': '从现在起一小时',

  'Delete a sandbox permanently': '永久删除沙箱',
  'Deletes the machine with its desktop and its data, in any state. If it is still CREATING, the call waits. If that takes too long, the call gets 409 and must be repeated.':
    '无论处于什么状态，都删除机器及其桌面和数据。仍在 CREATING 的机器会等待；等待过久则返回 409，请重试。',
  'Once the machine is gone, the call gets 404, so a retry may treat 404 as success. A new machine may not be visible yet: the call waits 3 seconds for it.':
    '机器消失后返回 404：重复删除时可以视为成功。刚创建的机器可能还不可见；调用会为它等待 3 秒。',
  'It is being deleted': '正在删除',

  'Open the desktop of a sandbox': '打开沙箱的桌面',
  'The sandbox must be RUNNING. Each call gives new access to its desktop:':
    '沙箱须处于 RUNNING。每次调用都会打开一条通往桌面的新途径：',
  '- Linux: a token for a VNC viewer behind websockify. It is valid for `security.vnc_token_ttl_seconds` and, unless the operator has configured otherwise, for one connection. A sandbox has at most 8 tokens at a time.\n- Windows: the address of the console of the cloud, and a new password, which the agent in the machine has set.':
    '- Linux：供 websockify 后的 VNC 查看器使用的令牌。有效期为 `security.vnc_token_ttl_seconds`，除非运维方另有设置，只能连接一次。每个沙箱同时最多有 8 个令牌。\n- Windows：云控制台的地址，以及由机器内代理设置的新密码。',
  'The viewer sends it to websockify, which checks it with ValidateVncToken. Keep it secret.':
    '查看器出示给 websockify 的令牌，后者再询问 ValidateVncToken。须保密。',
  'When the token expires, unless it is used before. RFC 3339 in UTC, with seconds.':
    '令牌未被使用时的失效时间。RFC 3339 格式，UTC，精确到秒。',
  'Link to the viewer with the token, if `terminal.vnc_url_template` is set.':
    '带令牌的查看器链接，设置了 `terminal.vnc_url_template` 时返回。',
  'The console of the cloud.': '云控制台。',
  'The new password. Keep it secret.': '新密码。须保密。',
  Linux: 'Linux',
  'Linux, with the link to a viewer': 'Linux，带查看器链接',
  Windows: 'Windows',

  'Tell a VNC proxy where the desktop of a token is': '告知 VNC 代理令牌对应的桌面在哪里',
  'For websockify and its `JSONTokenApi`, not for people: the call uses the token up. With `security.vnc_token_reuse_seconds`, the token stays valid for that time after its first use.':
    '供 websockify 及其 `JSONTokenApi` 调用，不供人使用：它会用掉令牌。设置了 `security.vnc_token_reuse_seconds` 时，令牌在首次使用后的这段时间内仍有效。',
  'The answer has no envelope: `host` and `port` are at the top level. A failure has the envelope, and never a 2xx status.':
    '响应不带外层结构：`host` 和 `port` 位于顶层。拒绝的状态码不会是 2xx，且带外层结构。',
  'A token from DescribeSandboxTerminalUrl: the id of the sandbox, a dot, and 43 characters of base64url.':
    'DescribeSandboxTerminalUrl 返回的令牌：沙箱 ID、一个点和 43 个 base64url 字符。',
  'Address of the sandbox.': '沙箱的地址。',
  'Port of its VNC server.': '其 VNC 服务的端口。',
  'Address of the desktop': '桌面所在位置',
  'A token': '一个令牌',

  'Delete the sandboxes that an event names': '删除事件所指的沙箱',
  'For senders that report by events that a task is over or a user has left. An event is a CloudEvent 1.0 with its data (structured, in a batch, or binary with `ce-` headers), or only the data as `application/json`. The data may also be a text or base64 that contains it.':
    '供以事件通知任务结束或用户离开的系统使用。事件是带数据的 CloudEvent 1.0（结构化、批量，或以 `ce-` 头表示的二进制模式），也可以只发送 `application/json` 数据。数据还可以是包含它的文本或 base64。',
  'If the same event is sent twice, both succeed and the sandbox is deleted once. An empty batch succeeds too. If a sandbox is still CREATING, the call waits for it.':
    '同一事件发送两次，只删除一次，两次都成功；空批次也算成功。仍在 CREATING 的沙箱会等待。',
  'A sender that first asks for permission (CloudEvents, HTTP 1.1 Web Hooks, 4) sends `OPTIONS` with its key and `WebHook-Request-Origin`. It gets 204 with `WebHook-Allowed-Origin` and `WebHook-Allowed-Rate`, or 401 without a valid key.':
    '先征求许可的发送方（CloudEvents，HTTP 1.1 Web Hooks 第 4 节）发送带密钥和 `WebHook-Request-Origin` 的 `OPTIONS`，会收到 204，并带有 `WebHook-Allowed-Origin` 和 `WebHook-Allowed-Rate`；没有正确密钥则为 401。',
  'Several sandboxes, instead of `SandboxId`. Must be a list of 1 to 1000 ids of sandboxes (i-...).':
    '多个沙箱，代替 `SandboxId`。须为 1 至 1000 个沙箱 ID（i-...）的列表。',
  'A text for the log, which keeps its first 256 characters.': '写入日志的文本，保留前 256 个字符。',
  '`Deleted`: it is being deleted. `NotFound`: it is gone, or not a sandbox of this manager; that is not a failure.':
    '`Deleted`：正在删除。`NotFound`：已不存在，或不是本管理器的沙箱；这不算失败。',
  'All are deleted': '全部已删除',
  'A CloudEvent': '一个 CloudEvent',
  'Two CloudEvents': '两个 CloudEvent',
  'Only the data': '仅数据',
  'Data with several sandboxes': '多个沙箱的数据',
  'For a CloudEvent in binary mode, which needs all four.': '用于二进制模式的 CloudEvent，四个头缺一不可。',
  'A CloudEvent. Further attributes are ignored.': '一个 CloudEvent。其他属性会被忽略。',
  'The data, or a text that contains it.': '数据，或包含它的文本。',
  'The data in base64, instead of `data`.': 'base64 编码的数据，代替 `data`。',
  'Ask for permission to send events': '请求发送事件的许可',
  "The abuse protection of CloudEvents' web hooks. Without `WebHook-Request-Origin`, it needs no key and permits nothing.":
    'CloudEvents Web Hooks 的防滥用机制。没有 `WebHook-Request-Origin` 时，不需要密钥，也不授予任何许可。',
  'The future sender: a DNS name or an origin.': '将要发送事件的一方：DNS 名称或来源。',
  'Allowed methods. If `WebHook-Allowed-Origin` is present, the sender may send events.':
    '允许的方法。带有 `WebHook-Allowed-Origin` 时，发送方可以发送事件。',
  'The value of `WebHook-Request-Origin`.': '`WebHook-Request-Origin` 的值。',
  'Requests a minute: no limit.': '每分钟的请求数：不限。',

  'The request must be changed.': '请求需要修改。',
  'This parameter is required. An empty value counts as absent.': '该参数必填。空值视为未提供。',
  'The value of this parameter is invalid. The message says what is valid.': '该参数的值不合法；说明中写有正确的取值。',
  'The action has no such parameter. Names are case-sensitive.': '接口没有这个参数。参数名区分大小写。',
  'A valid key is required.': '需要正确的密钥。',
  'The request has no key.': '请求没有密钥。',
  'A key in the request is wrong, even if another header has a valid one.':
    '请求中有错误的密钥，即使另一个头中的密钥正确。',
  'The operator does not allow this.': '运维方不允许此操作。',
  'This parameter is not in `security.allowed_overrides`, or it is `ProjectName` and a project is configured.':
    '该参数不在 `security.allowed_overrides` 中，或在已配置项目时提供了 `ProjectName`。',
  'There is no such action.': '没有这个接口。',
  'No such action: `Action` or `Version` is not that of this function.':
    '没有这个接口：`Action` 或 `Version` 与该函数不符。',
  'Another method is required.': '须使用其他方法调用。',
  'Actions need GET or POST, events need POST.': '接口用 GET 或 POST 调用，事件用 POST 发送。',
  'The `ClientToken` cannot be used for this call.': '`ClientToken` 不能用于此请求。',
  'This `ClientToken`, or the `X-Request-ID` in its place, was used with other parameters.':
    '该 `ClientToken`（或代替它的 `X-Request-ID`）曾用于不同的参数。',
  'The body is too large.': '请求体过大。',
  'It has more than 64 KiB.': '超过 64 KiB。',
  'The body is not UTF-8. The local cloud returns this itself, because the manager accepts only text. The behaviour of veFaaS is not documented.':
    '请求体不是 UTF-8。管理器只接受文本，本地云会代它返回这个响应；veFaaS 的行为没有文档说明。',
  'Send JSON in UTF-8.': '请用 UTF-8 编码的 JSON。',
  'A limit is reached.': '已达到上限。',
  '`security.max_sandboxes` of this manager is reached, or `security.max_sandboxes_per_owner` of the owner.':
    '已达到本管理器的 `security.max_sandboxes`，或所有者的 `security.max_sandboxes_per_owner`。',
  "A quota of the cloud account is used up. The code is the cloud's own.": '云账号的配额已用尽。错误码来自云服务。',
  'The cloud throttles the calls of this account, even after several tries.':
    '云服务对该账号限流，多次重试后仍然如此。',
  'Too many calls.': '调用过于频繁。',
  'The manager failed.': '管理器出错。',
  'A bug, or an invalid configuration. The log says which, the answer does not.':
    '程序缺陷或无法使用的配置。日志中有详情，响应中没有。',
  'The cloud refuses the credentials of the manager, or a value of its configuration. The caller is not at fault.':
    '云服务拒绝了管理器：凭证或某个配置值有问题。与调用方无关。',
  "The cloud's own code.": '云服务自身的错误码。',
  'The cloud, or the agent in a Windows sandbox, refuses the credentials of the manager, or a value of its configuration. The caller is not at fault.':
    '云服务或 Windows 沙箱内的代理拒绝了管理器：凭证或某个配置值有问题。与调用方无关。',
  'The agent in a Windows sandbox refuses the key of the manager, or the manager refuses the certificate of the agent.':
    'Windows 沙箱内的代理拒绝了管理器的密钥，或管理器不接受其证书。',
  'The cloud, or the agent in a Windows sandbox, fails. Try again later. The work may have been done.':
    '云服务或 Windows 沙箱内的代理出错。请稍后重试；操作可能已经完成。',
  'The cloud cannot be reached, its answer cannot be understood, or the agent has not set the password.':
    '无法连接云服务，或无法理解其响应；或代理未能设置密码。',
  "The cloud's own code, also if machines of this type are sold out.": '云服务自身的错误码，包括该规格机器售罄。',
  'No answer arrived in time. The work may have been done.': '在规定时间内没有响应。操作可能已经完成。',
  'The cloud, or the agent in a Windows sandbox, did not answer in time.': '云服务或 Windows 沙箱内的代理未及时响应。',
  "The cloud's own code, if it reports a timeout itself.": '云服务自身的错误码，由它自己报告超时。',
  'There is no such sandbox.': '没有这个沙箱。',
  'No sandbox that this key sees has this id.': '该密钥可见的沙箱中没有这个 ID。',
  'The state of the sandbox does not allow this.': '沙箱当前的状态不允许此操作。',
  'The message has the state and says what to do.': '说明中写有当前状态和处理办法。',
  'The token has expired, or the key may not call this.': '令牌已过期，或该密钥无权调用。',
  '`security.vnc_token_ttl_seconds` have passed, or `security.vnc_token_reuse_seconds` since its first use.':
    '已超过 `security.vnc_token_ttl_seconds`，或自首次使用起已超过 `security.vnc_token_reuse_seconds`。',
  'The token is not valid.': '令牌无效。',
  'It is unknown or already used, or its sandbox is gone or not RUNNING.':
    '令牌未知或已使用，或其沙箱已不存在或不在 RUNNING。',
  'The event cannot be understood. Sending it again does not help.': '无法理解该事件。重新发送也无济于事。',
  'It is neither a CloudEvent nor JSON, or it has no readable data.':
    '既不是 CloudEvent 也不是 JSON，或没有可读取的数据。',
  'Not all sandboxes could be deleted. Send the event again.': '未能删除全部沙箱。请重新发送该事件。',
  "The message has the ids of those that are left, and the cloud's own codes.":
    '说明中列出剩余的沙箱和云服务的错误码。',
  'A key may have only some rights, and may see only the sandboxes of its owner. Another sandbox is `InvalidSandbox.NotFound`, like one that does not exist. `Caller` in the answer of DescribeSandboxes has the rights of the key.':
    '密钥可以只有部分权限，并且只能看到其所有者的沙箱。其他沙箱返回 `InvalidSandbox.NotFound`，与不存在的沙箱相同。DescribeSandboxes 响应中的 `Caller` 列出该密钥的权限。',
  'Only sandboxes of this owner. For keys that see the sandboxes of all owners. Must be 1 to 64 letters, digits and _ . @ -.':
    '只返回该所有者的沙箱。供可以看到所有所有者沙箱的密钥使用。必须为 1 至 64 个字母、数字和 _ . @ -。',
  'Stop a sandbox and keep its disk': '停止沙箱并保留磁盘',
  'Shuts down a sandbox that is RUNNING: open programs end, the disk and the address stay. VNC tokens are void from then on. The lifetime of the sandbox goes on.':
    '关闭处于 RUNNING 的沙箱：打开的程序会结束，磁盘和地址保留。此后 VNC 令牌失效。沙箱的有效期照常计算。',
  'Whether ECS stops charging for the machine depends on the account and on the type of the machine: `StoppedMode` of DescribeSandboxes shows it once the sandbox is STOPPED. A sandbox that is already stopped is a success.':
    'ECS 是否停止计费取决于账号和机器规格：沙箱进入 STOPPED 后，可在 DescribeSandboxes 的 `StoppedMode` 中查看。沙箱已停止时也返回成功。',
  'A sandbox': '一个沙箱',
  'It is stopping': '正在停止',
  'Start a sandbox that is stopped': '启动已停止的沙箱',
  'Boots a sandbox that is STOPPED. A sandbox that is already starting or RUNNING is a success. A sandbox past its end must be renewed first.':
    '启动处于 STOPPED 的沙箱。沙箱正在启动或处于 RUNNING 时也返回成功。已过期的沙箱须先续期。',
  'The cloud may have no room for the machine: then the answer is 503, or the sandbox is STOPPED again after it was STARTING. Its disk is safe, and it can be started later.':
    '云服务可能没有库存：此时返回 503，或沙箱在 STARTING 之后又变回 STOPPED。磁盘不受影响，可稍后再启动。',
  'It is starting': '正在启动',
  'Restart a sandbox': '重启沙箱',
  'Restarts the operating system of a sandbox that is RUNNING: open programs end, the disk and the address stay. A sandbox that is already REBOOTING is a success.':
    '重启处于 RUNNING 的沙箱的操作系统：打开的程序会结束，磁盘和地址保留。沙箱已处于 REBOOTING 时也返回成功。',
  'It is restarting': '正在重启',
  'Whether ECS charges for the machine; only while STOPPED. `StopCharging`: not for processors and memory. `KeepCharging`: as before. `NotApplicable`: machines of this type are always charged.':
    'ECS 是否对机器计费；仅在 STOPPED 时提供。`StopCharging`：处理器和内存不计费。`KeepCharging`：照常计费。`NotApplicable`：该规格的机器始终计费。',
  'Present while stopped, if the clean-up has stopped it at its end.':
    '仅在停止期间、且由清理任务在到期时停止的情况下提供。',
  'Whose sandbox it is; absent if it belongs to nobody.': '沙箱的所有者；不属于任何所有者时不提供。',
  'What the caller may do. Only in the answer of DescribeSandboxes.':
    '调用方的权限。仅在 DescribeSandboxes 的响应中提供。',
  'Name of its key, or of the consumer of the gateway; absent if unknown.':
    '密钥的名称，或网关消费者的名称；未知时不提供。',
  'The functions that it may call.': '可以调用的函数。',
  'The owner whose sandboxes it sees; absent if it sees those of all owners.':
    '可以看到哪个所有者的沙箱；可以看到全部沙箱时不提供。',
  'The key may not call this.': '该密钥无权调用。',
  'The key of the request has no right to call this. The message names the right.':
    '请求的密钥没有调用权限。说明中写有所需的权限。',
  'The key may not call this, or sees only the sandboxes of its owner.': '该密钥无权调用，或只能看到其所有者的沙箱。',
  '`Owner` is not the owner of this key.': '`Owner` 不是该密钥的所有者。',
  'The cloud fails, or has no room for the machine. Try again later. The disk of the machine is safe.':
    '云服务出错，或没有库存。请稍后重试；机器的磁盘不受影响。',
  'The cloud cannot be reached, or its answer cannot be understood.': '无法连接云服务，或无法理解其响应。',
}
