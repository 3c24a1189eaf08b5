/**
 * What `net user <username> <password>` says when it sets no password and nobody answers its question; empty when it has
 * set it. The rules are those of the policy "Password must meet complexity requirements", with a length of 8 at least.
 *
 * @param wanted  `user` is the account there is; `username` and `password` are what is asked for
 */
export function refusalOfWindows(wanted: { user: string; username: string; password: string }): string {
  const { password } = wanted
  if (password.length > 14) return LONG
  const user = wanted.user.toLowerCase()
  if (wanted.username.toLowerCase() !== user) return 'The user name could not be found.'
  const kinds = [/[A-Z]/, /[a-z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(password)).length
  const hasName = user.length > 2 && password.toLowerCase().includes(user)
  const isGood = password.length >= 8 && kinds >= 3 && !hasName
  return isGood ? '' : 'The password does not meet the password policy requirements.'
}

// It asks before it looks for the user.
const LONG = `The password entered is longer than 14 characters.  Computers
with Windows prior to Windows 2000 will not be able to use
this account. Do you want to continue this operation? (Y/N) [Y]:
No valid response was provided.`
