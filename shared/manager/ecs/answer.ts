import * as v from 'valibot'

/** Parts of the schemas of the cloud's answers. Nobody sees their messages: an answer that does not fit is unreadable. */

/** A text that is not empty. */
export const Text = v.pipe(v.string(), v.nonEmpty())

/** A text; empty where the cloud leaves it out or writes null. */
export const OptionalText = v.nullish(v.string(), '')

/** A list; empty where the cloud leaves it out or writes null, as a server in Go does for an empty one. */
export function optionalList<const Item extends v.GenericSchema>(item: Item) {
  return v.nullish(v.array(item), [])
}

/** A code of an error, such as `InvalidInstance.NotFound`; undefined for a text that does not look like one. */
export const ErrorCode = v.pipe(
  Text,
  v.transform((code) => (/^[A-Za-z][\w.-]{0,127}$/.test(code) ? code : undefined)),
)

/** What every answer has around its result. */
export const Envelope = v.object({
  ResponseMetadata: v.pipe(
    v.unknown(),
    v.check((value) => !Array.isArray(value)), // valibot takes a list for an object
    v.object({ Error: v.nullish(v.object({ Code: ErrorCode, Message: v.optional(v.unknown()) })) }),
  ),
  Result: v.optional(v.unknown()),
})
