import './operation.css'
import { CopyButton } from '../common/copy-button.tsx'
import { useTexts } from '../common/language.ts'
import { FailureList } from './failure-list.tsx'
import { Fields } from './fields.tsx'
import { Heading } from './heading.tsx'
import { Json } from './json.tsx'
import type { KnownValues } from './known-values.ts'
import { MarkedText } from './marked-text.tsx'
import type { Example, Operation, Parameter, Schema } from './openapi.ts'
import { Picker } from './picker.tsx'
import { docsTexts } from './texts.ts'
import { useTranslation } from './translation.ts'
import { TryPanel } from './try-panel.tsx'

type OperationPageProps = {
  operation: Operation
  known: KnownValues
  onKnown: (change: (known: KnownValues) => KnownValues) => void
}

/** One operation: description, parameters, results and errors, and a form to try it. */
export function OperationPage({ operation, known, onKnown }: OperationPageProps) {
  const all = useTexts(docsTexts)
  const translate = useTranslation()
  const { id, method, path, summary, description, parameters, bodies, result, examples, failures } = operation
  return (
    <div class="operation">
      <header class="operation-head text">
        <h1 tabIndex={-1}>{id}</h1>
        <p class="summary">{translate(summary)}</p>
        <p class="address">
          <span class="method">{method}</span> <code>{path}</code>
          <CopyButton text={`${location.origin}${path}`} what={all.address} />
        </p>
        <MarkedText text={description} />
      </header>
      <TryPanel operation={operation} known={known} onKnown={onKnown} />
      <div class="text">
        <Heading page={id} section="parameters" text={method === 'GET' ? all.parameters : all.body} />
        {method === 'GET' && bodies.length > 0 && <p class="muted">{all.alsoPost}</p>}
        <Fields
          isRequest
          schema={method === 'GET' ? asObject(parameters) : dataOf(bodies.map(({ schema }) => schema))}
        />
        <Heading page={id} section="success" text={all.success} />
        {!result.properties?.ResponseMetadata && <p class="muted">{all.bare}</p>}
        <Fields schema={result} />
        <Examples examples={examples} />
        <Heading page={id} section="failures" text={all.failures} />
        <FailureList failures={failures} />
      </div>
    </div>
  )
}

function Examples({ examples }: { examples: readonly Example[] }) {
  const all = useTexts(docsTexts)
  return (
    <Picker label={all.example} items={examples}>
      {({ value }) => (
        <div class="copied-block">
          <Json value={value} />
          <CopyButton text={JSON.stringify(value, null, 2)} what={all.theExample} />
        </div>
      )}
    </Picker>
  )
}

function asObject(parameters: readonly Parameter[]): Schema {
  return {
    properties: Object.fromEntries(
      parameters.map(({ name, description, schema }) => [name, { ...schema, description }]),
    ),
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
  }
}

/** Returns the schema of the data in every body. The last body has no envelope around it. */
const dataOf = (schemas: readonly Schema[]): Schema => schemas.at(-1) ?? {}
