import './fields.css'
import { useTexts } from '../common/language.ts'
import { Line } from './marked-text.tsx'
import type { Schema } from './openapi.ts'
import { docsTexts } from './texts.ts'
import { useTranslation } from './translation.ts'

type FieldsProps = {
  schema: Schema
  /** Whether to mark required fields. */
  isRequest?: boolean
}

/** The fields of an object and of inner objects: name, type and description. Omits the envelope that all answers have. */
export function Fields({ schema, isRequest = false }: FieldsProps) {
  const all = useTexts(docsTexts)
  const blocks = blocksOf(schema)
  if (blocks.every(({ rows }) => rows.length === 0)) return <p>{all.noParameters}</p>
  return (
    <>
      {blocks.map(({ title, rows }) => (
        <section key={title}>
          {title && <h3>{title}</h3>}
          <dl class="fields">
            {rows.map(({ name, field, isRequired }) => (
              <div key={name}>
                <dt>
                  <code class="field-name">{name}</code>
                  <TypeName schema={field} />
                  {isRequest && isRequired && <span class="required">{all.required}</span>}
                </dt>
                <dd>
                  <About schema={field} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </>
  )
}

type Row = { name: string; field: Schema; isRequired: boolean }

/** Returns one block for each form of the object, with a title if there are several. */
function blocksOf({ properties = {}, ...schema }: Schema): { title: string; rows: Row[] }[] {
  const [first] = Object.entries(properties).filter(([, { oneOf }]) => oneOf)
  if (!first) return [{ title: '', rows: rowsOf({ properties, ...schema }) }]
  const [name, { oneOf = [] }] = first
  return oneOf.map((form) => ({
    title: form.title ?? '',
    rows: rowsOf({ properties: { ...properties, [name]: form }, ...schema }),
  }))
}

function rowsOf({ properties = {}, required = [] }: Schema, prefix = ''): Row[] {
  return Object.entries(properties).flatMap(([key, field]) => {
    if (key === 'ResponseMetadata') return []
    const name = `${prefix}${key}`
    const inner = field.items?.properties ? rowsOf(field.items, `${name}[].`) : rowsOf(field, `${name}.`)
    // A field without a description is described by its inner fields.
    const own = inner.length > 0 && !field.description ? [] : [{ name, field, isRequired: required.includes(key) }]
    return [...own, ...inner]
  })
}

function TypeName({ schema }: { schema: Schema }) {
  const all = useTexts(docsTexts)
  const nameOf = ({ type, items, const: only = '' }: Schema): string => {
    if (items && type === 'array') return all.list(nameOf(items))
    const name = typeof type === 'string' ? type : typeof only
    return all.types[name] ?? name
  }
  return <span class="type">{nameOf(schema)}</span>
}

function About({ schema }: { schema: Schema }) {
  const all = useTexts(docsTexts)
  const translate = useTranslation()
  const { description, enum: choices, const: only, default: byDefault } = schema
  return (
    <>
      {description && <Line text={translate(description)} />}
      {only !== undefined && <code class="name">{`${only}`}</code>}
      {choices && (
        <p>
          {all.values}
          <Codes values={choices} />
          {byDefault !== undefined && (
            <>
              {' · '}
              {all.byDefault}
              <code class="name">{`${byDefault}`}</code>
            </>
          )}
        </p>
      )}
    </>
  )
}

function Codes({ values }: { values: readonly string[] }) {
  return (
    <>
      {values.map((value, at) => (
        <span key={value}>
          {at > 0 && ', '}
          <code class="name">{value}</code>
        </span>
      ))}
    </>
  )
}
