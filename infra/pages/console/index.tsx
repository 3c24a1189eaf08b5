import '../common/theme.css'
import './index.css'
import { render } from 'preact'
import { Header } from '../common/header.tsx'

render(
  <>
    <Header page="console" />
    <main>
      <h1>Sandboxes</h1>
    </main>
  </>,
  document.body,
)
