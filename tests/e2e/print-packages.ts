import { packages } from './packages.ts'

/** For who installs them: their names in a line. */
console.log(packages.join(' '))
