import './sandbox-table.css'
import type { Sandbox } from '../../common/api.ts'
import { useTexts } from '../../common/language.ts'
import { Address, CreatedAt, Id, InstanceType, Name, Os, Owner, RemainingTime, Status } from '../sandbox/cells.tsx'
import { consoleTexts } from '../texts/texts.ts'
import { hasActions, SandboxActions, type SandboxActionsProps } from './sandbox-actions.tsx'

export type SandboxTableProps = {
  sandboxes: readonly Sandbox[]
  /** Whether to show the owners. */
  hasOwners: boolean
} & Omit<SandboxActionsProps, 'sandbox'>

/** The sandboxes as a table, for wide screens. */
export function SandboxTable({ sandboxes, hasOwners, ...actions }: SandboxTableProps) {
  const all = useTexts(consoleTexts)
  const { list } = all
  const isReadOnly = !hasActions(actions.may)
  return (
    <table class={hasOwners ? 'table with-owners' : 'table'} aria-label={all.sandboxes}>
      <thead>
        <tr>
          <th scope="col">{list.name}</th>
          <th scope="col" class="status-column">
            {list.status}
          </th>
          <th scope="col" class="time-left-column">
            {list.timeLeft}
          </th>
          {hasOwners && (
            <th scope="col" class="owner-column">
              {list.owner}
            </th>
          )}
          <th scope="col" class="address-column">
            {list.address}
          </th>
          <th scope="col" class="type-column">
            {list.type}
          </th>
          <th scope="col" class="created-column">
            {list.created}
          </th>
          {!isReadOnly && (
            <th scope="col" class="actions-column">
              <span class="visually-hidden">{list.actions}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {sandboxes.map((sandbox) => (
          <tr key={sandbox.SandboxId} data-sandbox={sandbox.SandboxId}>
            <th scope="row">
              <div class="identity">
                <Os sandbox={sandbox} />
                <div>
                  <Name sandbox={sandbox} />
                  <Id sandbox={sandbox} />
                </div>
              </div>
            </th>
            <td>
              <Status sandbox={sandbox} />
            </td>
            <td>
              <RemainingTime sandbox={sandbox} />
            </td>
            {hasOwners && (
              <td class="owner-column">
                <Owner sandbox={sandbox} />
              </td>
            )}
            <td class="address-column">
              <Address sandbox={sandbox} />
            </td>
            <td class="type-column">
              <InstanceType sandbox={sandbox} />
            </td>
            <td class="created-column">
              <CreatedAt sandbox={sandbox} />
            </td>
            {!isReadOnly && (
              <td class="actions-column">
                <SandboxActions sandbox={sandbox} {...actions} />
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
