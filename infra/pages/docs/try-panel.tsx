import './try.css'
import { useState } from 'preact/hooks'
import { CallError, sendRequest } from '../common/api.ts'
import { apiKey } from '../common/api-key.ts'
import { facts } from '../common/facts.ts'
import { useTexts } from '../common/language.ts'
import { AnswerView, type RequestOutcome } from './answer-view.tsx'
import { BodyFields, firstBody } from './body-fields.tsx'
import { DeleteConfirmation } from './delete-confirmation.tsx'
import { KeyField } from './key-field.tsx'
import { type KnownValues, withoutValue, withValuesOf } from './known-values.ts'
import type { Operation } from './openapi.ts'
import { firstValues, ParameterFields } from './parameter-fields.tsx'
import { inBody, inQuery, type Request, type Values } from './request.ts'
import { RequestView } from './request-view.tsx'
import { docsTexts } from './texts.ts'

/** Operations that need a confirmation. */
const DELETES = ['DeleteSandbox', 'TeardownSandboxes']

/** The value that a success makes useless, by operation. */
const SPENDS: Record<string, string> = { DeleteSandbox: 'SandboxId', ValidateVncToken: 'Token' }

/** The values of answers that other requests can use. */
const KEPT = ['SandboxId', 'Token', 'NextToken']

type TryPanelProps = {
  operation: Operation
  known: KnownValues
  onKnown: (change: (known: KnownValues) => KnownValues) => void
}

/** A form for a request, the request as it will be sent, and its answer. */
export function TryPanel({ operation, known, onKnown }: TryPanelProps) {
  const all = useTexts(docsTexts).try
  const { id, method, path, parameters, bodies } = operation
  const [values, setValues] = useState<Values>(() => firstValues(operation, known))
  const [body, setBody] = useState(() => firstBody(bodies))
  const [isInBody, setInBody] = useState(false)
  const [key, setKey] = useState(apiKey.get)
  const [step, setStep] = useState<'ready' | 'asking' | 'sending'>('ready')
  const [outcome, setOutcome] = useState<RequestOutcome>()

  const ways: Request[] =
    method === 'GET' ? [inQuery(operation, values), inBody(operation, values)] : [{ method, path, body }]
  const request = (isInBody && ways[1]) || (ways[0] as Request)

  const send = async () => {
    setStep('sending')
    const next = await outcomeOf(request)
    setStep('ready')
    setOutcome(next)
    if (next.answer?.status !== 200) return
    const spent = SPENDS[id]
    const { text } = next.answer
    onKnown((known) => (spent ? withoutValue(known, spent, values[spent]) : withValuesOf(known, text, KEPT)))
  }

  return (
    <form
      class="panel try"
      aria-label={all.title}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (step !== 'ready') return
        if (DELETES.includes(id)) setStep('asking')
        else send()
      }}
      // The confirmation was for another request.
      onInput={() => step === 'asking' && setStep('ready')}
    >
      <h2>{all.title}</h2>
      {id === 'ValidateVncToken' && <p class="hint">{all.spends}</p>}
      {id === 'CreateSandbox' && facts.isRealCloud && <p class="hint">{all.costs}</p>}
      {method === 'GET' ? (
        <ParameterFields parameters={parameters} values={values} known={known} onChange={setValues} />
      ) : (
        <BodyFields bodies={bodies} body={body} onChange={setBody} />
      )}
      <KeyField
        value={key}
        refusal={outcome?.answer?.status === 401 ? outcome.answer : undefined}
        onChange={(value) => {
          apiKey.set(value)
          setKey(value)
        }}
      />
      <RequestView request={request} hasKey={key !== undefined} isInBody={isInBody} onInBody={ways[1] && setInBody} />
      {step === 'asking' ? (
        <DeleteConfirmation onKeep={() => setStep('ready')} onDelete={send} />
      ) : (
        <div class="try-actions">
          <button type="submit" class="button primary" aria-disabled={step === 'sending'}>
            {step === 'sending' ? all.sending : all.send}
          </button>
        </div>
      )}
      <div class="outcome" role="status">
        {outcome && <AnswerView outcome={outcome} />}
      </div>
    </form>
  )
}

async function outcomeOf({ method, path, body }: Request): Promise<RequestOutcome> {
  try {
    const answer = await sendRequest(path, {
      method,
      ...(body && { body: body.text, headers: { 'Content-Type': body.type } }),
    })
    return { answer }
  } catch (error) {
    if (error instanceof CallError) return { failure: error }
    throw error
  }
}
