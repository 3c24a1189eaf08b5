import * as v from 'valibot'

/**
 * Parts of the schemas of the cloud's answers. They need no messages: an answer that does not match is `unreadable`.
 */

/** A text that is not empty. */
export const NonEmptyText = v.pipe(v.string(), v.nonEmpty())

/** A text; empty if the cloud leaves it out or writes null. */
export const OptionalText = v.nullish(v.string(), '')

/** A list; empty if the cloud leaves it out or writes null, as a server in Go does for an empty list. */
export function optionalList<const Item extends v.GenericSchema>(item: Item) {
  return v.nullish(v.array(item), [])
}

/** An error code, such as `InvalidInstance.NotFound`; undefined for a text that does not look like one. */
export const ErrorCode = v.pipe(
  NonEmptyText,
  v.transform((code) => (/^[A-Za-z][\w.-]{0,127}$/.test(code) ? code : undefined)),
)

/** The envelope of every answer. */
export const Envelope = v.object({
  ResponseMetadata: v.pipe(
    v.unknown(),
    v.check((value) => !Array.isArray(value)), // valibot accepts a list as an object
    v.object({ Error: v.nullish(v.object({ Code: ErrorCode, Message: v.optional(v.unknown()) })) }),
  ),
  Result: v.optional(v.unknown()),
})
