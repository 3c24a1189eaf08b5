const { cloud, desktops, auth } = document.documentElement.dataset

/** What the server tells the pages about itself in attributes of the `<html>` element. */
export const facts = {
  /** The machines are real and cost money. */
  isRealCloud: cloud === 'real',
  /** The machines are emulated, and no desktops run in them. */
  hasNoDesktops: desktops === 'off',
  /** Every call needs an API key. */
  needsKey: auth === 'key',
}
