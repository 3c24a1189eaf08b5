import './index.css'
import { render } from 'preact'

render(<main>console</main>, document.body)
