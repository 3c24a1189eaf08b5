/** Shows that something is in progress. Screen readers skip it: the text beside it says what it is. */
export function Spinner() {
  return <span class="spinner" aria-hidden="true" />
}
