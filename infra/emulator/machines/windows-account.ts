/**
 * The output of `net user <username> <password>` if it sets no password and its question gets no answer; empty if it sets
 * the password. The rules are those of the policy "Password must meet complexity requirements", with a minimum length of 8.
 *
 * @param request  `user` is the existing account; `username` and `password` are the arguments
 */
export function netUserError(request: { user: string; username: string; password: string }): string {
  const { password } = request
  if (password.length > 14) return TOO_LONG
  const user = request.user.toLowerCase()
  if (request.username.toLowerCase() !== user) return 'The user name could not be found.'
  const kinds = [/[A-Z]/, /[a-z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(password)).length
  const hasName = user.length > 2 && password.toLowerCase().includes(user)
  const isStrong = password.length >= 8 && kinds >= 3 && !hasName
  return isStrong ? '' : 'The password does not meet the password policy requirements.'
}

// The question comes before the user is looked up.
const TOO_LONG = `The password entered is longer than 14 characters.  Computers
with Windows prior to Windows 2000 will not be able to use
this account. Do you want to continue this operation? (Y/N) [Y]:
No valid response was provided.`
