import { useTexts } from '../common/language.ts'
import { linkTo } from './route.ts'
import { docsTexts } from './texts.ts'

type HeadingProps = { page: string; section: string; text: string }

/** A heading with a link. Its id is the hash of the link, so that the browser scrolls to it. */
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
