/** A style sheet. The bundler puts it beside the script. */
declare module '*.css'
