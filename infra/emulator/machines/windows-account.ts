/**
 * What Windows says when an account's password cannot be set; empty when it can. The rules are those of the policy "Password
 * must meet complexity requirements", with a length of 8 at least.
 *
 * @param wanted  `user` is the account there is; `username` and `password` are what is asked for
 */
export function refusalOfWindows(wanted: { user: string; username: string; password: string }): string {
  const user = wanted.user.toLowerCase()
  if (wanted.username.toLowerCase() !== user) return 'The user name could not be found.'
  const { password } = wanted
  const kinds = [/[A-Z]/, /[a-z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(password)).length
  const hasName = user.length > 2 && password.toLowerCase().includes(user)
  const isGood = password.length >= 8 && kinds >= 3 && !hasName
  return isGood ? '' : 'The password does not meet the password policy requirements.'
}
