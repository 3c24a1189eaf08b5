import { useId } from 'preact/hooks'
import { useTexts } from '../common/language.ts'
import type { KnownValues } from './known-values.ts'
import type { Operation, Parameter } from './openapi.ts'
import type { Values } from './request.ts'
import { docsTexts } from './texts.ts'

type ParameterFieldsProps = {
  parameters: readonly Parameter[]
  values: Values
  known: KnownValues
  onChange: (values: Values) => void
}

/** Up to this number of parameters, all fields are visible at first. */
const FIRST = 5

/** A field for each parameter. Empty fields are not sent. */
export function ParameterFields({ parameters, values, known, onChange }: ParameterFieldsProps) {
  const all = useTexts(docsTexts).try
  const [first, others] = split(parameters)
  const fields = (some: readonly Parameter[]) =>
    some.map((parameter) => (
      <Field
        key={parameter.name}
        parameter={parameter}
        value={values[parameter.name] ?? ''}
        known={known[parameter.name] ?? []}
        onChange={(value) => onChange({ ...values, [parameter.name]: value })}
      />
    ))
  return (
    <div class="parameters">
      {fields(first)}
      {others.length > 0 && (
        <details>
          <summary>{all.more(others.length)}</summary>
          <div class="others">{fields(others)}</div>
        </details>
      )}
    </div>
  )
}

/** Returns the initial values: of required parameters, those known from answers. */
export function firstValues({ parameters }: Operation, known: KnownValues): Values {
  const required = parameters.filter((parameter) => parameter.required)
  return Object.fromEntries(required.map(({ name }) => [name, known[name]?.[0] ?? '']))
}

// The parameters that most callers give: required ones, and those in the example of a body.
function split(parameters: readonly Parameter[]): [Parameter[], Parameter[]] {
  if (parameters.length <= FIRST) return [[...parameters], []]
  const isFirst = ({ required, isUsual }: Parameter) => required || isUsual
  return [parameters.filter(isFirst), parameters.filter((parameter) => !isFirst(parameter))]
}

type FieldProps = {
  parameter: Parameter
  value: string
  known: readonly string[]
  onChange: (value: string) => void
}

function Field({ parameter: { name, schema, required, example = '' }, value, known, onChange }: FieldProps) {
  const all = useTexts(docsTexts)
  const id = useId()
  const shared = {
    id,
    class: 'input',
    value,
    'aria-required': required,
    autocomplete: 'off',
    placeholder: `${example}`,
    onInput: ({ currentTarget }: { currentTarget: HTMLInputElement }) => onChange(currentTarget.value),
  }
  return (
    <div class="parameter">
      <label for={id}>
        <code>{name}</code>
        {required && <span class="required">{all.required}</span>}
      </label>
      {schema.enum ? (
        <select
          id={id}
          class="input"
          value={value}
          aria-required={required}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        >
          <option value="">{schema.default === undefined ? all.try.any : `${all.byDefault}${schema.default}`}</option>
          {schema.enum.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : schema.format === 'password' ? (
        <input {...shared} type="password" />
      ) : (
        <>
          <input
            {...shared}
            type="text"
            list={`${id}-known`}
            inputMode={schema.type === 'integer' ? 'numeric' : 'text'}
            autocapitalize="off"
            spellcheck={false}
          />
          <datalist id={`${id}-known`}>
            {known.map((one) => (
              <option key={one} value={one} />
            ))}
          </datalist>
        </>
      )}
    </div>
  )
}
