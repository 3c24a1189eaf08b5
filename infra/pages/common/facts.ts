const { cloud, desktops } = document.documentElement.dataset

/** What the server of the pages says about itself, by attributes of the `<html>` element. */
export const facts = {
  /** Machines are real and cost money. */
  isRealCloud: cloud === 'real',
  /** Nothing runs in the emulated machines. */
  hasNoDesktops: desktops === 'off',
}
