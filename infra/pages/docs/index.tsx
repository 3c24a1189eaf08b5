import '../common/theme.css'
import '../common/theme.ts'
import './index.css'
import { render } from 'preact'
import { DocsApp } from './app.tsx'

render(<DocsApp />, document.body)
