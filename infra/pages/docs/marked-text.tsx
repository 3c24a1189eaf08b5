import './text.css'
import { type ComponentChildren, createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { Heading } from './heading.tsx'
import { linkTo } from './route.ts'
import { useTranslation } from './translation.ts'

/** Names of operations, which become links in texts. */
export const OperationNames = createContext<readonly string[]>([])

/** Renders a text of openapi.json in the language of the page. Supports the part of CommonMark that openapi.json uses. */
export function MarkedText({ text, page = '' }: { text: string; page?: string }) {
  const translate = useTranslation()
  return (
    <>
      {text.split('\n\n').map((block) => {
        const said = translate(block)
        if (block.startsWith('## ')) {
          return <Heading key={block} page={page} section={sectionOf(block)} text={said.replace('## ', '')} />
        }
        if (!block.startsWith('- ')) {
          return (
            <p key={block}>
              <Line text={said} />
            </p>
          )
        }
        return (
          <ul key={block} class="points">
            {said.split('\n').map((line) => (
              <li key={line}>
                <Line text={line.replace(/^- /, '')} />
              </li>
            ))}
          </ul>
        )
      })}
    </>
  )
}

/** Returns the name of a section in a link, from its English heading. */
const sectionOf = (heading: string) => heading.replace('## ', '').toLowerCase().replaceAll(' ', '-')

/** Renders one line, with `code` and links to actions. */
export function Line({ text }: { text: string }) {
  const names = useContext(OperationNames)
  const parts = text.split(/(`[^`]+`)/)
  return (
    <>
      {parts.map((part) =>
        part.startsWith('`') ? (
          <code key={part} class="name">
            {part.slice(1, -1)}
          </code>
        ) : (
          linked(part, names)
        ),
      )}
    </>
  )
}

function linked(text: string, names: readonly string[]): ComponentChildren {
  if (names.length === 0) return text
  return text.split(new RegExp(`\\b(${names.join('|')})\\b`)).map((part) =>
    names.includes(part) ? (
      <a key={part} href={linkTo(part)}>
        {part}
      </a>
    ) : (
      part
    ),
  )
}
