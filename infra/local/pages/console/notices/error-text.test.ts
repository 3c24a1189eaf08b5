import { expect, test } from 'vitest'
import { CLIENT_CODES } from '../../common/api.ts'
import type { ConsoleTexts } from '../texts/english.ts'
import { consoleTexts } from '../texts/texts.ts'
import { type ErrorContext, errorText, refusedParameter } from './error-text.ts'

type Name = keyof ConsoleTexts['errors']

test.each<[code: string, status: number, text: Name, context?: ErrorContext]>([
  ['QuotaExceeded.MaximumSandboxes', 429, 'maximumSandboxes'],
  ['QuotaExceeded.MaximumInstances', 429, 'quota'],
  ['FlowLimitExceeded', 429, 'throttled'],
  ['AccountFlowLimitExceeded', 429, 'throttled'],
  ['ResourceNotEnough.NoStock', 503, 'noStock'],
  ['InsufficientInventory', 503, 'noStock'],
  ['InvalidInstanceType.OutOfStock', 503, 'noStock'],
  ['ResourceNotAvailable', 503, 'noStock'],
  ['ResourceNotFound.Subnet', 404, 'other'],
  ['Insufficient.Balance', 502, 'refused'],
  ['InvalidSandbox.NotFound', 404, 'notFound'],
  ['InvalidSandbox.NotFound', 404, 'unknownId', 'desktop'],
  ['InvalidSandboxStatus', 409, 'status'],
  ['InvalidSandboxStatus', 409, 'renewStatus', 'renew'],
  ['InvalidSandboxStatus', 409, 'deleteStatus', 'delete'],
  ['InvalidSandboxStatus', 409, 'stopStatus', 'stop'],
  ['InvalidSandboxStatus', 409, 'startStatus', 'start'],
  ['InvalidSandboxStatus', 409, 'rebootStatus', 'reboot'],
  ['InsufficientInventory', 503, 'noRoom', 'start'],
  ['ServiceUnavailable', 503, 'unavailable', 'start'],
  ['OperationDenied.Action', 403, 'noRight', 'stop'],
  ['InvalidVncToken.Expired', 403, 'tokenExpired', 'desktop'],
  ['InvalidVncToken.NotFound', 404, 'tokenNotValid', 'desktop'],
  ['InvalidParameter.Token', 400, 'tokenNotValid', 'desktop'],
  ['InvalidParameter.InstanceName', 400, 'name', 'create'],
  ['InvalidParameter.LifetimeSeconds', 400, 'lifetime', 'renew'],
  ['InvalidParameter.OsType', 400, 'value'],
  ['MissingParameter.TagKey', 400, 'request'],
  ['UnknownParameter.Size', 400, 'request'],
  ['OperationDenied.InstanceName', 403, 'denied'],
  ['OperationDenied.Origin', 403, 'foreignPage'],
  ['IdempotentParameterMismatch', 409, 'clientTokenUsed'],
  ['MissingAuthenticationToken', 401, 'key'],
  ['InvalidAccessKey', 401, 'key'],
  ['InvalidActionOrVersion', 404, 'noAction'],
  ['ServiceUnavailable', 503, 'unavailable', 'create'],
  ['ServiceUnavailable', 503, 'agentDown', 'windows'],
  ['UpstreamTimeout', 504, 'agentDown', 'windows'],
  ['ServiceUnavailable', 502, 'agentRefused', 'windows'],
  ['AccessDenied', 502, 'refused', 'windows'],
  ['ServiceUnavailable', 503, 'desktopDown', 'desktop'],
  ['DesktopEnded', 410, 'desktopEnded', 'desktop'],
  ['ConnectionLost', 0, 'connectionLost', 'desktop'],
  ['DesktopWantsLogin', 401, 'desktopWantsLogin', 'desktop'],
  ['DesktopRefuses', 403, 'desktopRefuses', 'desktop'],
  ['DesktopNotUnderstood', 500, 'notUnderstood', 'desktop'],
  ['UpstreamTimeout', 504, 'timeout'],
  ['InvalidCredential', 502, 'refused'],
  ['InternalError', 500, 'internal'],
  [CLIENT_CODES.unreachable, 0, 'noAnswer'],
  [CLIENT_CODES.timeout, 0, 'timeout'],
  [CLIENT_CODES.unexpected, 200, 'unknownAnswer'],
  ['Teapot', 418, 'other'],
])('%s %d: %s', (code, status, name, context) => {
  expect(errorText({ code, status }, consoleTexts.en, context)).toBe(consoleTexts.en.errors[name])
  expect(errorText({ code, status }, consoleTexts.zh, context)).toBe(consoleTexts.zh.errors[name])
})

test('every error has a text in both languages', () => {
  for (const { errors } of Object.values(consoleTexts))
    expect(Object.values(errors).every((text) => text.length > 5)).toBe(true)
  const chinese = Object.values(consoleTexts.zh.errors)
  expect(chinese.filter((text) => !/\p{Script=Han}/u.test(text))).toEqual([])
})

test.each([
  ['InvalidParameter.InstanceName', 'InstanceName'],
  ['MissingParameter.TagKey', 'TagKey'],
  ['OperationDenied.ImageId', 'ImageId'],
  ['InvalidParameter', undefined],
  ['QuotaExceeded.MaximumInstances', undefined],
  ['InternalError', undefined],
])('%s names the parameter %s', (code, expected) => {
  expect(refusedParameter(code)).toBe(expected)
})
