import './sandbox-cards.css'
import { useWords } from '../common/language.ts'
import { Address, Created, Id, Life, Name, Os, Status, Type } from './cells.tsx'
import { SandboxActions } from './sandbox-actions.tsx'
import type { SandboxesShownProps } from './sandbox-table.tsx'
import { words } from './words.ts'

/** Sandboxes where there is no room for a table: on a phone. */
export function SandboxCards({ sandboxes, ...actions }: SandboxesShownProps) {
  const all = useWords(words)
  const { list } = all
  return (
    <ul class="cards" aria-label={all.sandboxes}>
      {sandboxes.map((sandbox) => (
        <li key={sandbox.SandboxId} class="card" data-sandbox={sandbox.SandboxId}>
          <div class="card-head">
            <h2>
              <Os sandbox={sandbox} />
              <Name sandbox={sandbox} />
            </h2>
            <Status sandbox={sandbox} />
          </div>
          <Id sandbox={sandbox} />
          <dl class="facts">
            <div>
              <dt>{list.life}</dt>
              <dd>
                <Life sandbox={sandbox} />
              </dd>
            </div>
            <div>
              <dt>{list.address}</dt>
              <dd>
                <Address sandbox={sandbox} />
              </dd>
            </div>
            <div>
              <dt>{list.type}</dt>
              <dd>
                <Type sandbox={sandbox} />
              </dd>
            </div>
            <div>
              <dt>{list.created}</dt>
              <dd>
                <Created sandbox={sandbox} />
              </dd>
            </div>
          </dl>
          <SandboxActions sandbox={sandbox} {...actions} />
        </li>
      ))}
    </ul>
  )
}
