import './connect.css'
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { CopyButton } from '../../common/copy-button.tsx'
import { facts } from '../../common/facts.ts'
import { Icon } from '../../common/icon.tsx'
import { useTexts } from '../../common/language.ts'
import type { Sandboxes } from '../api/use-sandboxes.ts'
import { HowToGetDesktops } from '../desktop/how-to-get-desktops.tsx'
import { LIST_HASH } from '../routes.ts'
import { consoleTexts } from '../texts/texts.ts'
import { clientConfiguration, curlCommand, KEY_PLACEHOLDER, veadkVariable } from './configuration.ts'
import { toolsFor } from './tools.ts'

const PATH = '/mcp'

/**
 * The page that shows how to give an agent the tools of `/mcp`. Where a key belongs, it shows a placeholder, and never the
 * key of the console: that key often may do more than the agent should, and would be on the screen and the clipboard.
 */
export function Connect({ caller }: Pick<Sandboxes, 'caller'>) {
  const { connect } = useTexts(consoleTexts)
  const { needsKey } = facts
  const url = `${location.origin}${PATH}`
  return (
    <main class="connect">
      <div class="connect-head">
        <h1>{connect.title}</h1>
        <p>{connect.text}</p>
        <Snippet text={url} what={connect.theAddress} />
        {needsKey && (
          <p>
            {connect.key[0]} <code>{KEY_PLACEHOLDER}</code> {connect.key[1]}
          </p>
        )}
        {facts.hasNoDesktops && (
          <div class="notice warning">
            <Icon name="warning" />
            <div class="notice-text">
              <p class="notice-title">{connect.noPicture}</p>
              <HowToGetDesktops />
            </div>
          </div>
        )}
      </div>
      <Part title={connect.client} hint={connect.clientHint}>
        <Snippet text={clientConfiguration(url, needsKey)} what={connect.theClient} />
      </Part>
      <Part title="veADK" hint={needsKey ? connect.veadkKeyHint : connect.veadkHint}>
        <Snippet text={veadkVariable(url)} what={connect.theVeadk} />
      </Part>
      <Part title={connect.curl} hint={connect.curlHint}>
        <Snippet text={curlCommand(url, needsKey)} what={connect.theCurl} />
      </Part>
      <Tools caller={caller} />
    </main>
  )
}

type PartProps = { title: string; hint: ComponentChildren; children?: ComponentChildren }

function Part({ title, hint, children }: PartProps) {
  const id = useId()
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <p class="muted">{hint}</p>
      {children}
    </section>
  )
}

/** @param what  name of the text, for the label of its button */
function Snippet({ text, what }: { text: string; what: string }) {
  return (
    <figure class="snippet">
      <pre>
        <code>{text}</code>
      </pre>
      <CopyButton text={text} what={what} />
    </figure>
  )
}

/** The tools that an agent gets with the key that this page uses. */
function Tools({ caller }: Pick<Sandboxes, 'caller'>) {
  const { connect } = useTexts(consoleTexts)
  if (!caller) {
    if (!facts.needsKey) return null
    return <Part title={connect.tools} hint={<a href={LIST_HASH}>{connect.toolsUnknown}</a>} />
  }
  const tools = toolsFor(caller.Actions)
  const hint = facts.needsKey ? (
    <>
      {connect.toolsOfKey} <strong>{caller.Name}</strong>
    </>
  ) : (
    connect.toolsOfAll
  )
  return (
    <Part title={connect.tools} hint={hint}>
      <ul class="tool-names">
        {tools.map((name) => (
          <li key={name}>
            <code>{name}</code>
          </li>
        ))}
      </ul>
    </Part>
  )
}
