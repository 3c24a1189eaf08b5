/**
 * Identifies the resources that a service has created in a stage. Functions have tags; gateways, gateway services,
 * upstreams and consumers have a comment; triggers and plugin bindings have a description. A route has none of these:
 * its upstream and its gateway service show who owns it. All names begin with the prefix, except those that
 * serverless.yml sets.
 */
export type OwnerMark = {
  /** `<service>-<stage>`, the beginning of names. */
  prefix: string
  /** The tags of functions. */
  tags: Tag[]
  /** A part of comments and descriptions. */
  comment: string
}

export type Tag = { Key: string; Value: string }

export function ownerMarkOf(service: string, stage: string): OwnerMark {
  return {
    prefix: `${service}-${stage}`,
    tags: [
      { Key: 'serverless-service', Value: service },
      { Key: 'serverless-stage', Value: stage },
    ],
    comment: `[serverless ${service}/${stage}]`,
  }
}

/** Whether tags contain those of the mark. */
export function hasOwnerTags({ tags }: OwnerMark, found: readonly Tag[] | null | undefined): boolean {
  return tags.every(({ Key, Value }) => found?.some((tag) => tag.Key === Key && tag.Value === Value))
}

/** Whether a comment or description contains the mark. */
export function hasOwnerComment({ comment }: OwnerMark, found: string | null | undefined): boolean {
  return found?.includes(comment) ?? false
}

/** Whether a comment or description contains the mark of another service or stage. */
export function hasOtherOwnerComment(mark: OwnerMark, found: string | null | undefined): boolean {
  return /\[serverless [^\]]+\]/.test(found ?? '') && !hasOwnerComment(mark, found)
}

/** Appends the mark to a description. */
export function withOwnerComment({ comment }: OwnerMark, description = ''): string {
  return description === '' ? comment : `${description} ${comment}`
}
