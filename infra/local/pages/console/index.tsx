import '../common/theme.css'
import '../common/theme.ts'
import './index.css'
import { render } from 'preact'
import { ConsoleApp } from './app.tsx'

render(<ConsoleApp />, document.body)
