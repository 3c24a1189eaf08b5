/** RFC 3339 with seconds, as the API writes times. */
export const formatTime = (time: Date | undefined): string | undefined => time?.toISOString().replace(/\.\d+/, '')
