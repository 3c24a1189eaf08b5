import type { ComponentChildren } from 'preact'
import { useId, useState } from 'preact/hooks'
import { useTranslation } from './translation.ts'

type PickerProps<Item> = { label: string; items: readonly Item[]; children: (item: Item) => ComponentChildren }

/** Shows one of several items, with a choice by name if there is more than one. */
export function Picker<Item extends { name: string }>({ label, items, children }: PickerProps<Item>) {
  const translate = useTranslation()
  const [chosen, choose] = useState(0)
  const id = useId()
  const item = items[chosen] ?? items[0]
  if (item === undefined) return null
  return (
    <>
      {items.length > 1 && (
        <fieldset class="choices picker" aria-label={label}>
          {items.map(({ name }, at) => (
            <label key={name} class="choice">
              <input type="radio" name={id} checked={at === chosen} onChange={() => choose(at)} />
              {translate(name)}
            </label>
          ))}
        </fieldset>
      )}
      {children(item)}
    </>
  )
}
