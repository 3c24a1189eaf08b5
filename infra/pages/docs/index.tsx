import '../common/theme.css'
import '../common/theme.ts'
import './index.css'
import { render } from 'preact'
import { App } from './app.tsx'

render(<App />, document.body)
