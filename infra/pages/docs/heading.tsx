import { useTexts } from '../common/language.ts'
import { linkTo } from './route.ts'
import { docsTexts } from './texts.ts'

type HeadingProps = { page: string; section: string; text: string }

/** A heading that can be linked to. Its id is its address, so that the browser finds it. */
export function Heading({ page, section, text }: HeadingProps) {
  const address = linkTo(page, section)
  return (
    <h2 id={address.slice(1)} class="heading">
      {text}
      <a href={address} class="anchor" aria-label={useTexts(docsTexts).linkTo(text)}>
        #
      </a>
    </h2>
  )
}
