import './sandbox-table.css'
import type { Sandbox } from '../common/api.ts'
import { useWords } from '../common/language.ts'
import { Address, Created, Id, Life, Name, Os, Status, Type } from './cells.tsx'
import { SandboxActions, type SandboxActionsProps } from './sandbox-actions.tsx'
import { words } from './words.ts'

export type SandboxesShownProps = { sandboxes: readonly Sandbox[] } & Omit<SandboxActionsProps, 'sandbox'>

/** Sandboxes where there is room for a row each. */
export function SandboxTable({ sandboxes, ...actions }: SandboxesShownProps) {
  const all = useWords(words)
  const { list } = all
  return (
    <table class="table" aria-label={all.sandboxes}>
      <thead>
        <tr>
          <th scope="col">{list.name}</th>
          <th scope="col">{list.status}</th>
          <th scope="col">{list.life}</th>
          <th scope="col">{list.address}</th>
          <th scope="col" class="type-column">
            {list.type}
          </th>
          <th scope="col" class="created-column">
            {list.created}
          </th>
          <th scope="col">
            <span class="visually-hidden">{list.actions}</span>
          </th>
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
              <Life sandbox={sandbox} />
            </td>
            <td>
              <Address sandbox={sandbox} />
            </td>
            <td class="type-column">
              <Type sandbox={sandbox} />
            </td>
            <td class="created-column">
              <Created sandbox={sandbox} />
            </td>
            <td>
              <SandboxActions sandbox={sandbox} {...actions} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
