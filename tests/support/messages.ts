import type { Pair, Sent } from './events.ts'

/** An event or a message, as a platform documents it. */
export type Event = Record<string, unknown>

export const inBase64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')

/** A CloudEvent of a business, in the JSON format. An attribute that is undefined is left out. */
export function cloudEvent(data: unknown, more: Event = {}): Event {
  return {
    specversion: '1.0',
    id: 'A234-1234-1234',
    source: '/agents/planner',
    type: 'com.example.task.ended',
    time: '2026-11-23T12:00:00Z',
    subject: 'task-17',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    datacontenttype: 'application/json',
    data,
    ...more,
  }
}

/** The POST that carries a CloudEvent in structured mode. */
export function structured(event: unknown, type = 'application/cloudevents+json'): Sent {
  return { method: 'POST', headers: [['Content-Type', type]], body: JSON.stringify(event) }
}

/** The POST that carries CloudEvents in batched mode. */
export const batched = (events: unknown) => structured(events, 'application/cloudevents-batch+json')

/** The POST that carries a CloudEvent in binary mode: its attributes percent-encoded in headers, its data the body. */
export function binary({ data, datacontenttype = 'application/json', ...attributes }: Event): Sent {
  const headers = Object.entries(attributes).flatMap(([name, value]): Pair[] =>
    value === undefined ? [] : [[`ce-${name}`, `${value}`.replace(/[^!#-$&-~]/gu, encodeURIComponent)]],
  )
  const body = data === undefined ? '' : typeof data === 'string' ? data : JSON.stringify(data)
  return { method: 'POST', headers: [...headers, ['Content-Type', `${datacontenttype}`]], body }
}

/** An event of a veFaaS trigger: `timer`, `kafka`, `bmq`, `rocketmq`, `sns`. */
export function vefaasEvent(trigger: string, data: unknown, more: Event = {}): Event {
  return {
    id: '9cab1030-dccf-4b61-ae07-542bffef0001',
    source: `/faas/event/${trigger}/0f1e2d3c`,
    specversion: '1.0',
    time: '2026-11-23T04:28:07.945838513Z',
    type: `faas.${trigger}.event`,
    datacontenttype: 'application/octet-stream',
    data,
    ...more,
  }
}

/** One message of a queue in an event of AWS SQS. */
export function sqsRecord(body: unknown, messageId = '059f36b4-87a3-44ab-83d2-661975830a7d', more: Event = {}): Event {
  return {
    messageId,
    receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1545082649183',
      SenderId: 'AIDAIENQZJOLO23YVJ4VO',
      ApproximateFirstReceiveTimestamp: '1545082649185',
    },
    messageAttributes: {
      origin: { stringValue: 'planner', stringListValues: [], binaryListValues: [], dataType: 'String' },
    },
    md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-2:123456789012:my-queue',
    awsRegion: 'us-east-2',
    ...more,
  }
}

/** An event of AWS SQS, the messages called m-1, m-2 and so on. */
export const sqs = (...bodies: unknown[]) => ({ Records: bodies.map((body, i) => sqsRecord(body, `m-${i + 1}`)) })

/** A notification as SNS puts it into a queue, where raw message delivery is off. */
export function snsNotification(message: unknown, more: Event = {}): Event {
  return {
    Type: 'Notification',
    MessageId: '63a3f6b6-d533-4a47-aef9-fcf5cf758c76',
    TopicArn: 'arn:aws:sns:us-west-2:123456789012:MyTopic',
    Subject: 'Testing publish to subscribed queues',
    Message: typeof message === 'string' ? message : JSON.stringify(message),
    Timestamp: '2012-03-29T05:12:16.901Z',
    SignatureVersion: '1',
    Signature: 'EXAMPLEnTrFPa37tnVO0FF9Iau3MGzjlJLRfySEoWz4uZHSj6ycK4ph71Zmdv0NtJ4dC',
    SigningCertURL: 'https://sns.us-west-2.amazonaws.com/SimpleNotificationService.pem',
    UnsubscribeURL: 'https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe',
    ...more,
  }
}

/** An event of AWS SNS. */
export function sns(message: unknown, sns: Event = {}, record: Event = {}): Event {
  return {
    Records: [
      {
        EventVersion: '1.0',
        EventSubscriptionArn: 'arn:aws:sns:us-east-1:123456789012:sns-lambda:21be56ed-a058-49f5-8c98-aedd2564c486',
        EventSource: 'aws:sns',
        Sns: {
          SignatureVersion: '1',
          Timestamp: '2019-01-02T12:45:07.000Z',
          Signature: 'tcc6faL2yUC6dgZdmrwh1Y4cGa',
          SigningCertUrl: 'https://sns.us-east-1.amazonaws.com/SimpleNotificationService.pem',
          MessageId: '95df01b4-ee98-5cb9-9903-4c221d41eb5e',
          Message: typeof message === 'string' ? message : JSON.stringify(message),
          MessageAttributes: { Test: { Type: 'String', Value: 'TestString' } },
          Type: 'Notification',
          UnsubscribeUrl: 'https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe',
          TopicArn: 'arn:aws:sns:us-east-1:123456789012:sns-lambda',
          Subject: 'TestInvoke',
          ...sns,
        },
        ...record,
      },
    ],
  }
}

/** What a topic of VolcEngine hands to a function: `data` of an event of veFaaS. */
export function vefaasSns(message: unknown): Event {
  const Message = typeof message === 'string' ? message : JSON.stringify(message)
  const Sns = {
    Type: 'Notification',
    MessageId: 'v-1',
    TopicTrn: 'trn:sns:cn-beijing:2100000000:tasks',
    Subject: '',
    Message,
  }
  return { Records: [{ EventSource: 'sns', EventVersion: '1.0', EventSubscriptionArn: '', Sns }] }
}

/** An event of AWS EventBridge. */
export function eventBridge(detail: unknown, more: Event = {}): Event {
  return {
    version: '0',
    id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
    'detail-type': 'Task Ended',
    source: 'com.example.planner',
    account: '111122223333',
    time: '2017-12-22T18:43:48Z',
    region: 'us-west-1',
    resources: ['arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0'],
    detail,
    ...more,
  }
}

/** The event of a schedule rule of AWS EventBridge. */
export const scheduled = () => eventBridge({}, { 'detail-type': 'Scheduled Event', source: 'aws.events' })
