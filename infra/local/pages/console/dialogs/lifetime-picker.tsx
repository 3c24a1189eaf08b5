import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import type { CallError } from '../../common/api.ts'
import { LOCALE, useLanguage } from '../../common/language.ts'
import { useNow } from '../hooks/use-now.ts'
import { FieldError } from '../notices/field-error.tsx'
import { formatTime } from '../sandbox/time-left.ts'
import { consoleTexts } from '../texts/texts.ts'
import { type LifetimeChoice, PRESETS, secondsOf, UNITS, type Unit } from './lifetime.ts'

type LifetimePickerProps = {
  legend: string
  choice: LifetimeChoice
  onChoose: (choice: LifetimeChoice) => void
  /** Whether to offer the default of the service. */
  hasDefault?: boolean
  /** The text for the expiry time; default: the text for a new sandbox. */
  expiryText?: (time: string) => string
  /** Why the API refused the choice. */
  failure: CallError | undefined
}

/** Offers presets and a number of minutes, hours or days. Shows when the sandbox would expire. */
export function LifetimePicker(props: LifetimePickerProps) {
  const { legend, choice, onChoose, hasDefault = false, failure } = props
  const language = useLanguage()
  const { lifetime } = consoleTexts[language]
  const { expiryText = lifetime.expiresAt } = props
  const id = useId()
  const seconds = secondsOf(choice)
  const formatExpiry = (now: number) => formatTime(now + (seconds || 0) * 1_000, language) // not shown for NaN
  const expiry = formatExpiry(useNow(formatExpiry))
  const radio = (label: string, value: LifetimeChoice, isChecked: boolean) => (
    <label class="choice">
      <input type="radio" name={id} checked={isChecked} onChange={() => onChoose(value)} />
      {label}
    </label>
  )
  const isOther = choice.kind === 'other'
  const isInvalid = isOther && choice.amount !== '' && Number.isNaN(seconds)

  // After a click on "Other", the user wants to type, so the field gets the focus. Arrow keys only pass over the choice.
  const amount = useRef<HTMLInputElement>(null)
  const wasClicked = useRef(false)
  const noteInput = ({ type }: Event) => {
    wasClicked.current = type === 'pointerdown'
  }
  useLayoutEffect(() => {
    if (isOther && wasClicked.current) amount.current?.focus()
  }, [isOther])

  const hint = () => {
    if (seconds === undefined) return lifetime.defaultHint
    return Number.isNaN(seconds) ? lifetime.invalid : expiryText(expiry)
  }

  return (
    <fieldset class="field" onPointerDown={noteInput} onKeyDown={noteInput}>
      <legend class="label">{legend}</legend>
      <div class="choices lifetimes">
        {hasDefault && radio(lifetime.default, { kind: 'default' }, choice.kind === 'default')}
        {PRESETS.map((preset) =>
          radio(
            formatPreset(preset, LOCALE[language]),
            { kind: 'preset', seconds: preset },
            choice.kind === 'preset' && choice.seconds === preset,
          ),
        )}
        {radio(lifetime.other, isOther ? choice : { kind: 'other', amount: '', unit: 'hours' }, isOther)}
      </div>
      {isOther && (
        <div class="amount">
          <input
            class="input"
            type="text"
            inputMode="decimal"
            autocomplete="off"
            aria-label={lifetime.amount}
            aria-invalid={failure !== undefined || isInvalid}
            aria-describedby={failure ? `${id}-hint ${id}-error` : `${id}-hint`}
            value={choice.amount}
            ref={amount}
            onInput={({ currentTarget }) => onChoose({ ...choice, amount: currentTarget.value })}
          />
          <select
            class="input"
            aria-label={lifetime.unit}
            value={choice.unit}
            onChange={({ currentTarget }) => onChoose({ ...choice, unit: currentTarget.value as Unit })}
          >
            {Object.keys(UNITS).map((unit) => (
              <option key={unit} value={unit}>
                {lifetime[unit as Unit]}
              </option>
            ))}
          </select>
        </div>
      )}
      <p class={isInvalid ? 'problem' : 'hint'} id={`${id}-hint`}>
        {hint()}
      </p>
      {failure && <FieldError failure={failure} id={`${id}-error`} />}
    </fieldset>
  )
}

function formatPreset(seconds: number, locale: string): string {
  const formatUnit = (count: number, unit: string, unitDisplay: 'short' | 'long') =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay }).format(count)
  // The long form of minutes is too long for the button.
  if (seconds < UNITS.hours) return formatUnit(seconds / UNITS.minutes, 'minute', 'short')
  if (seconds < UNITS.days) return formatUnit(seconds / UNITS.hours, 'hour', 'long')
  return formatUnit(seconds / UNITS.days, 'day', 'long')
}
