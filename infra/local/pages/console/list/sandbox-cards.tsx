import './sandbox-cards.css'
import { useTexts } from '../../common/language.ts'
import {
  Address,
  CreatedAt,
  Id,
  InstanceType,
  Name,
  Os,
  Owner,
  RemainingTime,
  Status,
  StoppedNote,
} from '../sandbox/cells.tsx'
import { consoleTexts } from '../texts/texts.ts'
import { hasActions, SandboxActions } from './sandbox-actions.tsx'
import type { SandboxTableProps } from './sandbox-table.tsx'

/** The sandboxes as cards, for screens too narrow for a table. */
export function SandboxCards({ sandboxes, hasOwners, ...actions }: SandboxTableProps) {
  const all = useTexts(consoleTexts)
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
              <dt>{list.timeLeft}</dt>
              <dd>
                <RemainingTime sandbox={sandbox} />
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
                <InstanceType sandbox={sandbox} />
              </dd>
            </div>
            <div>
              <dt>{list.created}</dt>
              <dd>
                <CreatedAt sandbox={sandbox} />
              </dd>
            </div>
            {hasOwners && (
              <div>
                <dt>{list.owner}</dt>
                <dd>
                  <Owner sandbox={sandbox} />
                </dd>
              </div>
            )}
          </dl>
          <StoppedNote sandbox={sandbox} />
          {hasActions(actions.may) && <SandboxActions sandbox={sandbox} {...actions} />}
        </li>
      ))}
    </ul>
  )
}
