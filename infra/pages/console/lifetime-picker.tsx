import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { LOCALE, useLanguage } from '../common/language.ts'
import { type LifetimeChoice, PRESETS, secondsOf, UNITS, type Unit } from './lifetime.ts'
import { useNow } from './now.ts'
import { clockTime } from './time-left.ts'
import { words } from './words.ts'

type LifetimePickerProps = {
  legend: string
  choice: LifetimeChoice
  onChoose: (choice: LifetimeChoice) => void
  /** Whether it may be left to the service. */
  hasDefault?: boolean
  /** When that ends, in words; left out: those of a new sandbox. */
  endsAt?: (time: string) => string
  /** The service refuses what is chosen. */
  isRefused: boolean
}

/** Presets, and an amount of minutes, hours or days; says when that ends. */
export function LifetimePicker(props: LifetimePickerProps) {
  const { legend, choice, onChoose, hasDefault = false, isRefused } = props
  const language = useLanguage()
  const { lifetime } = words[language]
  const { endsAt = lifetime.endsAt } = props
  const id = useId()
  const seconds = secondsOf(choice)
  const endWords = (now: number) => clockTime(now + (seconds || 0) * 1_000, language) // of NaN, nothing is said
  const end = endWords(useNow(endWords))
  const radio = (label: string, own: LifetimeChoice, isChosen: boolean) => (
    <label class="choice">
      <input type="radio" name={id} checked={isChosen} onChange={() => onChoose(own)} />
      {label}
    </label>
  )
  const isOther = choice.kind === 'other'

  // Who points at it wants to type next; arrow keys pass over it.
  const amount = useRef<HTMLInputElement>(null)
  const isPointed = useRef(false)
  const note = ({ type }: Event) => {
    isPointed.current = type === 'pointerdown'
  }
  useLayoutEffect(() => {
    if (isOther && isPointed.current) amount.current?.focus()
  }, [isOther])

  return (
    <fieldset class="field" onPointerDown={note} onKeyDown={note}>
      <legend class="label">{legend}</legend>
      <div class="choices lifetimes">
        {hasDefault && radio(lifetime.default, { kind: 'default' }, choice.kind === 'default')}
        {PRESETS.map((preset) =>
          radio(
            presetWords(preset, LOCALE[language]),
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
            aria-invalid={isRefused || (choice.amount !== '' && Number.isNaN(seconds))}
            aria-describedby={`${id}-hint`}
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
      <p class="hint" id={`${id}-hint`}>
        {seconds === undefined ? lifetime.defaultHint : Number.isNaN(seconds) ? lifetime.invalid : endsAt(end)}
      </p>
    </fieldset>
  )
}

function presetWords(seconds: number, locale: string): string {
  const unit = seconds < UNITS.hours ? 'minute' : seconds < UNITS.days ? 'hour' : 'day'
  // The long word for minutes has no room.
  const format = new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: unit === 'minute' ? 'short' : 'long',
  })
  return format.format(seconds / UNITS[`${unit}s`])
}
