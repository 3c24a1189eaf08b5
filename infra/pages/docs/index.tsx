import './index.css'
import { render } from 'preact'

render(<main>docs</main>, document.body)
