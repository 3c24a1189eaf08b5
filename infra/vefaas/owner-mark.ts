/**
 * How what a service has made is told from what others have made. Functions have tags; gateways, gateway services, upstreams
 * and consumers have comments, triggers and plugin bindings a description. Routes have none of these: what they lead to, and
 * where they are, tells whose they are. All have names that begin with the service and its stage, except where serverless.yml
 * names them.
 */
export type OwnerMark = {
  /** `<service>-<stage>`: what names begin with. */
  prefix: string
  /** Of functions. */
  tags: Tag[]
  /** Stands in comments and descriptions. */
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

/** Whether tags are those of the mark, and maybe more. */
export function hasOwnerTags({ tags }: OwnerMark, found: readonly Tag[] | null | undefined): boolean {
  return tags.every(({ Key, Value }) => found?.some((tag) => tag.Key === Key && tag.Value === Value))
}

/** Whether a comment or description has the mark. */
export function hasOwnerComment({ comment }: OwnerMark, found: string | null | undefined): boolean {
  return found?.includes(comment) ?? false
}

/** Whether a comment or description has the mark of another service or stage. */
export function hasOtherOwnerComment(mark: OwnerMark, found: string | null | undefined): boolean {
  return /\[serverless [^\]]+\]/.test(found ?? '') && !hasOwnerComment(mark, found)
}

/** A description for people with the mark behind it. */
export function withOwnerComment({ comment }: OwnerMark, description = ''): string {
  return description === '' ? comment : `${description} ${comment}`
}
